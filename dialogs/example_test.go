package dialogs_test

import (
	"fmt"
	"testing/fstest"
	"time"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

func ExampleStep() {
	lib, err := script.Load(fstest.MapFS{
		"dialogs/hello.yaml": {Data: []byte(`dialog: hello
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  bother: {type: scale, seen-by: case, keep: enquiry}
steps:
  hello: {say: Hello.}
  age:
    ask: Are you 18 or over?
    into: age
    answers: {adult: "Yes, I am", minor: "No, I am younger"}
    again: Please press one of the two buttons.
    go: {minor: too-young}
  bother: {ask: "How much does it bother you, from 0 to 10?", into: bother}
  bye: {say: "You said {bother}. Thank you."}
  done: {finish: done}
  too-young: {finish: too-young}
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := dialogs.Run{Dialog: "hello"}
	step := func(in dialogs.Input) {
		turn, err := dialogs.Step(lib, run, in, time.Unix(1_800_000_000, 0), "en", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		run = turn.Run // all that needs to be stored
		for _, o := range turn.Out {
			switch o := o.(type) {
			case dialogs.Say:
				fmt.Println("<", o.Text)
			case dialogs.Ask:
				fmt.Println("<", o.Text)
			case dialogs.Finished:
				fmt.Println("!", o.Outcome)
			}
		}
	}
	step(dialogs.Begin{})
	for _, words := range []string{"perhaps", "yes", "about 7"} {
		fmt.Println(">", words)
		step(dialogs.Words{Text: words})
	}
	// Output:
	// < Hello.
	// < Are you 18 or over?
	// > perhaps
	// < Please press one of the two buttons.
	// < Are you 18 or over?
	// > yes
	// < How much does it bother you, from 0 to 10?
	// > about 7
	// < You said 7. Thank you.
	// ! done
}
