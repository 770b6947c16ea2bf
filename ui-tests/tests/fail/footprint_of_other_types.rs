use std::collections::HashMap;

use spikard::Footprint;

#[derive(Footprint)]
enum Colour {
    Red,
}

#[derive(Footprint)]
struct Generic<T> {
    #[prost(message, optional, tag = "1")]
    value: Option<T>,
}

#[derive(Footprint)]
struct NotOfProst {
    name: String,
}

type Items = Vec<u64>;
type Names = HashMap<String, String>;

#[derive(Footprint)]
struct Aliases {
    #[prost(message, repeated, tag = "1")]
    items: Items,
    #[prost(map = "string, string", tag = "2")]
    names: Names,
    #[prost(map = "string", tag = "3")]
    half: HashMap<String, String>,
    #[prost(string, tag = "four")]
    tagged: String,
}

#[derive(Footprint)]
#[footprint(krate = ::spikard)]
struct Elsewhere {}

fn main() {}
