// Order of Rust crates' versions by the crate `semver`, build metadata included: pairs by tab on standard input, one of
// < = > ! a line.
use semver::Version;
use std::cmp::Ordering;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (left, right) = line.split_once('\t').unwrap_or((&line, ""));
        let sign = match (Version::parse(left), Version::parse(right)) {
            (Ok(left), Ok(right)) => match left.cmp(&right) {
                Ordering::Less => "<",
                Ordering::Equal => "=",
                Ordering::Greater => ">",
            },
            _ => "!",
        };
        writeln!(out, "{sign}")?;
    }
    Ok(())
}
