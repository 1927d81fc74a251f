package check_test

import (
	"fmt"
	"testing/fstest"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

func ExampleProve() {
	files := fstest.MapFS{"dialogs/hello.yaml": {Data: []byte(`dialog: hello
longest: 2
facts:
  age:  {type: choice, of: [adult, minor], before-consent: allowed, seen-by: case, keep: enquiry}
  mood: {type: scale, before-consent: allowed, seen-by: case, keep: enquiry}
misses: {after: 3, go: bye}
steps:
  age:
    ask: Are you 18 or over?
    into: age
    answers: {adult: "Yes", minor: "No"}
    go: {minor: bye}
  mood:
    ask: How are you, from 0 to 10?
    into: mood
  next:
    route:
      - {when: "age == adult", go: bye}
      - {else: young}
  young:
    say: This is for adults.
  bye:
    finish: done
`)}}
	lib, err := script.Load(files)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := check.Prove(lib, check.Options{Entries: []string{"hello"}})
	for _, f := range report.Findings {
		fmt.Println(f.Severity, f.Error())
	}
	for _, d := range report.Dialogs {
		fmt.Printf("%s: %s ways, %d to %d questions\n", d.Name, d.Paths, d.Shortest, d.Longest)
		for _, line := range d.LongestPath {
			fmt.Println(line)
		}
	}
	// Output:
	// error dialogs/hello.yaml:19:9: this rule of next is never taken: the rules before it take every case: delete it, or mend its condition
	// hello: 4 ways, 1 to 2 questions
	// < Are you 18 or over?
	// > [Yes]
	// < How are you, from 0 to 10?
	// > [0]
	// ! finished: done
}
