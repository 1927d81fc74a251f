package script_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
)

func ExampleLoad() {
	lib, err := script.Load(fstest.MapFS{
		"dialogs/hello.yaml": {Data: []byte(`dialog: hello
longest: 2
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  name: {type: text, max: 80, seen-by: case, keep: enquiry}
steps:
  age:
    ask: Are you 18 or over?
    into: age
    answers: {adult: "Yes, I am", minor: "No, I am younger"}
    go: {minor: too-young}
  name: {ask: What may we call you?, into: name, skip: I would rather not say}
  bye: {finish: welcome}
  too-young: {finish: too-young}
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, _ := lib.Dialog("hello")
	fmt.Println(len(d.Steps), "steps, at most", d.Longest, "questions, ends with", d.Outcomes)
	// Output: 4 steps, at most 2 questions, ends with [welcome too-young]
}

// Every mistake is told at once, with its place and what to write instead.
func ExampleProblems() {
	_, err := script.Load(fstest.MapFS{
		"dialogs/hello.yaml": {Data: []byte(`dialog: hello
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
steps:
  age:
    ask: Are you 18 or over, {name}?
    into: age
    answers: {adult: "Yes", minor: "No"}
    go: {minor: to-young}
  check: {route: [{when: age == adlt, go: too-young}]}
  bye: {finish: welcome}
  too-young: {finish: too-young}
`)}})
	fmt.Println(err)
	// Output:
	// dialogs/hello.yaml:6:30: unknown placeholder {name}: known: age
	// dialogs/hello.yaml:9:17: unknown step "to-young": did you mean "too-young"?
	// dialogs/hello.yaml:10:33: age never holds "adlt": its values are adult, minor
}

// A dialog of two thousand steps.
func BenchmarkLoad(b *testing.B) {
	text := "dialog: t\nfacts:\n  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}\nsteps:\n"
	for i := range 500 {
		text += fmt.Sprintf("  ask%d: {ask: Are you 18 or over?, into: age, answers: {adult: \"Yes, I am\", minor: \"No, I am younger\"}, also: {adult: [of age]}, go: {minor: say%d}}\n", i, i)
		text += fmt.Sprintf("  note%d: {say: Thank you.}\n  check%d: {route: [{when: age == adult or known(age), go: ask%d}]}\n  say%d: {say: [One message., Another.]}\n", i, i, i+1, i)
	}
	text += "  ask500: {finish: done}\n"
	fs := fstest.MapFS{"dialogs/t.yaml": {Data: []byte(text)}}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := script.Load(fs); err != nil {
			b.Fatal(err)
		}
	}
}
