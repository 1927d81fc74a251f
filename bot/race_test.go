//go:build race

package bot_test

import "flag"

// raced: the race detector makes everything ten times slower, so that there is
// less of what is only more of the same.
const raced = true

func init() {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
}
