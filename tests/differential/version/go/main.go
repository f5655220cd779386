// Order of Go module versions by golang.org/x/mod/semver: pairs by tab on standard input, one of < = > ! a line.
// The "v" may be left out, as vulnerability databases do.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		left, right, _ := strings.Cut(in.Text(), "\t")
		left, right = "v"+strings.TrimPrefix(left, "v"), "v"+strings.TrimPrefix(right, "v")
		if !semver.IsValid(left) || !semver.IsValid(right) {
			fmt.Fprintln(out, "!")
			continue
		}
		fmt.Fprintln(out, string("<=>"[semver.Compare(left, right)+1]))
	}
}
