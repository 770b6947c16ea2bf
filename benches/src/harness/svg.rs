//! Plots as SVG, with colours of their own for light and for dark.

use std::fmt::Write;

const WIDTH: f64 = 860.0;
const PLOT_HEIGHT: f64 = 380.0;
const TOP: f64 = 54.0;
const LEFT: f64 = 74.0;
const RIGHT: f64 = 250.0;
const BOTTOM: f64 = 50.0;
const BAR: f64 = 26.0;

const STYLE: &str = "<style>\
    .back{fill:#fff} text{fill:#1f2328;font:13px system-ui,sans-serif} .title{font-weight:600;font-size:15px} \
    .grid{stroke:#d8dee4} .line{fill:none;stroke-width:2} .peer{stroke-dasharray:5 3} \
    .c0{stroke:#0969da;color:#0969da} .c1{stroke:#1a7f37;color:#1a7f37} .c2{stroke:#8250df;color:#8250df} \
    .c3{stroke:#bf3989;color:#bf3989} .c4{stroke:#bc4c00;color:#bc4c00} .c5{stroke:#57606a;color:#57606a} \
    .c6{stroke:#9a6700;color:#9a6700} .c7{stroke:#cf222e;color:#cf222e} \
    .dot,.bar{fill:currentColor;stroke:none} \
    @media (prefers-color-scheme:dark){.back{fill:#0d1117} text{fill:#e6edf3} .grid{stroke:#30363d} \
    .c0{stroke:#58a6ff;color:#58a6ff} .c1{stroke:#3fb950;color:#3fb950} .c2{stroke:#bc8cff;color:#bc8cff} \
    .c3{stroke:#f778ba;color:#f778ba} .c4{stroke:#f0883e;color:#f0883e} .c5{stroke:#9198a1;color:#9198a1} \
    .c6{stroke:#d29922;color:#d29922} .c7{stroke:#ff7b72;color:#ff7b72}}\
    </style>";

/// Points joined by a line.
pub(crate) struct Series {
    pub(crate) label: String,
    pub(crate) dashed: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Lines over two logarithmic axes.
pub(crate) struct Lines<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
    pub(crate) series: Vec<Series>,
}

impl Lines<'_> {
    pub(crate) fn to_svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let xs = Axis::over(points().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let ys = Axis::over(points().map(|point| point.1), TOP + PLOT_HEIGHT, TOP);
        let height = TOP + PLOT_HEIGHT + BOTTOM;
        let mut svg = open(height, self.title);
        let bottom = TOP + PLOT_HEIGHT;
        for (value, label) in xs.ticks() {
            let at = xs.place(value);
            let _ = write!(
                svg,
                r#"<line class="grid" x1="{at:.1}" x2="{at:.1}" y1="{TOP}" y2="{bottom}"/><text x="{at:.1}" y="{:.1}" text-anchor="middle">{label}</text>"#,
                bottom + 18.0
            );
        }
        for (value, label) in ys.ticks() {
            let (at, end) = (ys.place(value), WIDTH - RIGHT);
            let _ = write!(
                svg,
                r#"<line class="grid" x1="{LEFT}" x2="{end}" y1="{at:.1}" y2="{at:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#,
                LEFT - 8.0,
                at + 4.0
            );
        }
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        let _ = write!(
            svg,
            r#"<text x="{middle:.1}" y="{:.1}" text-anchor="middle">{}</text><text x="{LEFT}" y="{:.1}" text-anchor="start">{}</text>"#,
            height - 10.0,
            escaped(self.x),
            TOP - 10.0,
            escaped(self.y)
        );
        let mut last: Vec<f64> = Vec::new();
        let mut order: Vec<_> = self
            .series
            .iter()
            .enumerate()
            .filter(|(_, series)| !series.points.is_empty())
            .collect();
        order.sort_by(|one, other| height_of(other.1).total_cmp(&height_of(one.1)));
        for (index, series) in order {
            let class = format!("c{}", index % 8);
            let mut path = String::new();
            for (step, (x, y)) in series.points.iter().enumerate() {
                let (x, y) = (xs.place(*x), ys.place(*y));
                let _ = write!(path, "{}{x:.1} {y:.1}", if step == 0 { 'M' } else { 'L' });
                let _ = write!(
                    svg,
                    r#"<circle class="dot {class}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#
                );
            }
            let dashed = if series.dashed { " peer" } else { "" };
            let _ = write!(svg, r#"<path class="line {class}{dashed}" d="{path}"/>"#);
            // The label stands at the line's end, moved down where another one stands already.
            let mut at = ys.place(height_of(series)) + 4.0;
            if let Some(above) = last.last() {
                at = at.max(above + 16.0);
            }
            last.push(at);
            let start = WIDTH - RIGHT + 12.0;
            let _ = write!(
                svg,
                r#"<line class="line {class}{dashed}" x1="{start}" x2="{:.1}" y1="{:.1}" y2="{:.1}"/><text x="{:.1}" y="{at:.1}">{}</text>"#,
                start + 22.0,
                at - 4.0,
                at - 4.0,
                start + 28.0,
                escaped(&series.label)
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn height_of(series: &Series) -> f64 {
    series.points.last().map_or(0.0, |point| point.1)
}

/// Bars over a logarithmic axis, each with its value.
pub(crate) struct Bars<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) bars: Vec<(String, bool, f64)>,
}

impl Bars<'_> {
    pub(crate) fn to_svg(&self) -> String {
        let labels = 220.0;
        let axis = Axis::over(self.bars.iter().map(|bar| bar.2), labels, WIDTH - 90.0);
        let mut svg = open(TOP + BAR * self.bars.len() as f64 + 14.0, self.title);
        let _ = write!(
            svg,
            r#"<text x="{labels}" y="{:.1}">{}</text>"#,
            TOP - 10.0,
            escaped(self.unit)
        );
        for (index, (label, ours, value)) in self.bars.iter().enumerate() {
            let top = TOP + BAR * index as f64;
            let end = axis.place(*value).max(labels + 2.0);
            let class = if *ours { "c0" } else { "c5" };
            let _ = write!(
                svg,
                r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{}</text><rect class="bar {class}" x="{labels}" y="{:.1}" width="{:.1}" height="{:.1}" rx="2"/><text x="{:.1}" y="{:.1}">{}</text>"#,
                labels - 8.0,
                top + 16.0,
                escaped(label),
                top + 3.0,
                end - labels,
                BAR - 7.0,
                end + 6.0,
                top + 16.0,
                digits(*value)
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn open(height: f64, title: &str) -> String {
    let title = escaped(title);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">{STYLE}<rect class="back" width="100%" height="100%"/><text class="title" x="16" y="24">{title}</text>"#
    )
}

/// A logarithmic axis, from whole decade to whole decade.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let logs: Vec<f64> = values
            .filter(|value| *value > 0.0)
            .map(f64::log10)
            .collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low.is_finite() {
            (low, high)
        } else {
            (0.0, 1.0)
        };
        Self {
            low: low.floor(),
            high: high.ceil().max(low.floor() + 1.0),
            from,
            to,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.max(1e-12).log10() - self.low) / (self.high - self.low);
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        (self.low as i32..=self.high as i32).map(|power| {
            let value = 10_f64.powi(power);
            (value, digits(value))
        })
    }
}

/// As people write numbers: 0.05, 12.3, 4,500, 10M.
fn digits(value: f64) -> String {
    if value >= 1e6 {
        return format!("{}M", digits(value / 1e6));
    }
    let places = (2 - value.max(1e-9).log10().floor() as i32).clamp(0, 3);
    let text = format!("{value:.*}", places as usize);
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(digits(0.0521), "0.052");
        assert_eq!(digits(10.0), "10");
        assert_eq!(digits(4_500.0), "4,500");
        assert_eq!(digits(1_234_567.0), "1.23M");
    }
}
