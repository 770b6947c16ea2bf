// Search runs in a worker, and browsers start none from file://. There, a hidden frame does its work.
// The builder would otherwise load such a script from a CDN; it goes by the name of this file.
if (location.protocol === "file:") {
  // As between threads, what is sent is a copy.
  const message = (data) => new MessageEvent("message", { data: structuredClone(data) });

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inside = frame.contentWindow;
      // What a worker posts is for the page that started it.
      this.inside.postMessage = (data) => {
        const event = message(data);
        this.dispatchEvent(event);
        this.onmessage?.(event);
      };
      const script = frame.contentDocument.createElement("script");
      script.src = url;
      this.ready = new Promise((resolve) => (script.onload = resolve));
      frame.contentDocument.body.append(script);
    }

    postMessage(data) {
      const event = message(data);
      this.ready.then(() => this.inside.dispatchEvent(event));
    }
  };
}
