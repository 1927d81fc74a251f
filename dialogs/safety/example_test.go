package safety_test

import (
	"fmt"
	"testing/fstest"

	"anteroom/dialogs/safety"
)

func ExampleLoad() {
	rules, err := safety.Load(fstest.MapFS{"safety/en/crisis.yaml": {Data: []byte(`
class: crisis
words:
  want: [want to, wanna, going to]
contexts:
  negated: {before: [not, never], reach: 4}
rules:
  - id: suicide
    source: C-SSRS, item 2
    unless: [negated]
    says: ["{want} kill|hang myself"]
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"im gonna... wanna k1ll myself", "I am not going to kill myself"} {
		for _, f := range rules.Screen(text) {
			fmt.Println(f.Class, f.Rule, f.Words.Start, f.Words.End, f.Words)
		}
	}
	// Output: crisis suicide 12 29 [redacted]
}
