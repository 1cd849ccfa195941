//! JSON laid out for people: objects that fit a line stay on it.

use serde_json::Value;

const WIDTH: usize = 200;

pub fn layout(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let flat = value.to_string();
    let nested = match value {
        Value::Array(list) => list.iter().any(|v| v.is_object() || v.is_array()),
        Value::Object(map) => map.values().any(|v| v.is_object() || v.is_array()),
        _ => false,
    };
    if !nested || flat.len() + depth * 2 < WIDTH {
        out.push_str(&flat);
        return;
    }
    let inside = "  ".repeat(depth + 1);
    match value {
        Value::Array(list) => {
            out.push_str("[\n");
            for (index, entry) in list.iter().enumerate() {
                out.push_str(&inside);
                write(entry, depth + 1, out);
                out.push_str(if index + 1 < list.len() { ",\n" } else { "\n" });
            }
            out.push_str(&"  ".repeat(depth));
            out.push(']');
        }
        Value::Object(map) => {
            out.push_str("{\n");
            for (index, (key, entry)) in map.iter().enumerate() {
                out.push_str(&inside);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write(entry, depth + 1, out);
                out.push_str(if index + 1 < map.len() { ",\n" } else { "\n" });
            }
            out.push_str(&"  ".repeat(depth));
            out.push('}');
        }
        _ => out.push_str(&flat),
    }
}
