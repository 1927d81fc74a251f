package content_test

import (
	"fmt"

	"anteroom/content"
)

// The numbers follow where a person is now, never their language.
func ExampleHelplines() {
	d, err := content.Helplines(content.Files)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Lines("GB", content.Crisis))
	fmt.Println(d.Emergency("GB"))
	fmt.Println(d.Lines("XX"))
	// Output:
	// Samaritans: 116 123 (day and night)
	// 999
	// I know no help line for that place yet.
}
