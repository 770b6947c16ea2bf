//! The types inside of `Vec`, `Option`, `Box`, `Arc` and maps, as they are written.

use syn::{GenericArgument, PathArguments, Type};

/// The `T` of `Vec<T>`, where `Vec` is the last word of the path `name`. An alias has another name.
pub(crate) fn inside<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match arguments(ty, name)?[..] {
        [inside] => Some(inside),
        _ => None,
    }
}

/// The `K` and `V` of a map.
pub(crate) fn inside_map<'a>(ty: &'a Type, name: &str) -> Option<(&'a Type, &'a Type)> {
    match arguments(ty, name)?[..] {
        [key, value] => Some((key, value)),
        _ => None,
    }
}

fn arguments<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let path = match ty {
        Type::Path(path) => path,
        // From a variable of a `macro_rules!`.
        Type::Group(group) => return arguments(&group.elem, name),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    if last.ident != name {
        return None;
    }
    let types = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}
