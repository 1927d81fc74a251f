package draw_test

import (
	"fmt"
	"strings"
	"testing/fstest"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/draw"
)

func Example() {
	lib, err := script.Load(fstest.MapFS{"dialogs/tea.yaml": {Data: []byte(`dialog: tea
version: 1
facts:
  tea: {type: choice, of: [sure, thanks], seen-by: case, keep: enquiry}
steps:
  tea:
    ask: Would you like tea?
    into: tea
    answers: {sure: "Yes", thanks: "No, thanks"}
    go: {thanks: bye}
  serve:
    do: serve
  bye:
    finish: done
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, _ := lib.Dialog("tea")
	picture := draw.Graph(d, draw.Options{})
	fmt.Println(picture.Pages(), strings.HasPrefix(string(picture.SVG()), "<svg"))
	head, _, _ := strings.Cut(picture.Mermaid(), "  classDef")
	fmt.Print(head)
	// Output:
	// 1 true
	// ---
	// title: "The dialog tea: version 1 · 3 steps · at most 1 question"
	// ---
	// flowchart TD
	//   n1["<b>tea</b><br/>Would you like tea?"]:::ask-step
	//   n2[/"<b>serve</b><br/>the program does: serve"/]:::do-step
	//   n3(["<b>bye</b><br/>ends as: done"]):::finish-step
	//   n1 -->|"Yes"| n2
	//   n1 -->|"No, thanks"| n3
	//   n2 --> n3
}
