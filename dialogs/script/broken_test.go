package script_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
)

// prelude is what the steps of a broken script may use.
const prelude = `dialog: t
facts:
  age: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  tops: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
  main: {type: choice, of: {list: topics}, seen-by: case, keep: enquiry}
  pay: {type: money, max: 500, seen-by: case, keep: enquiry}
  words: {type: text, seen-by: case, keep: enquiry}
  secret: {type: choice, of: [one, two], seen-by: therapist, never: chat, keep: enquiry}
  fit: {type: choice, of: [F, O], set-by: triage, seen-by: case, keep: enquiry}
  slot: {type: choice, of: {host: slots}, seen-by: case, keep: enquiry}
given: {fee.full: money}
`

const postlude = "  bye: {finish: done}\n"

// beside are the files that stand beside every broken script.
func beside() fstest.MapFS {
	return fstest.MapFS{
		"lists/topics.yaml": {Data: []byte("list: topics\noptions: {pain: Pain, desire: Low desire, other: Something else}\n")},
		"dialogs/mood.yaml": {Data: []byte("dialog: mood\nfacts:\n  mood: {type: number, seen-by: case, keep: enquiry}\nsteps:\n  ask: {ask: How are you?, into: mood}\n  end: {finish: done}\n")},
		"dialogs/body.yaml": {Data: []byte("dialog: body\nsteps:\n  end: {finish: emergency}\n")},
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps bool // the text is steps, between prelude and postlude
		text  string
		want  []string
	}{
		{
			name: "empty file",
			text: "",
			want: []string{
				"dialogs/t.yaml:1:1: the file is empty: begin with `dialog: NAME` or `list: NAME`",
			},
		},
		{
			name: "not a mapping",
			text: `- a
- b
`,
			want: []string{
				"dialogs/t.yaml:1:1: the file is not a list of `key: value` lines: begin with `dialog: NAME` or `list: NAME`",
			},
		},
		{
			name: "misspelt top key",
			text: `dialog: t
step: {}
`,
			want: []string{
				`dialogs/t.yaml:2:1: unknown key "step" in a dialog: did you mean "steps"?`,
			},
		},
		{
			name: "no name",
			text: `steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:1:1: the file does not say its name: begin with `dialog: t`",
			},
		},
		{
			name: "wrong name",
			text: `dialog: other
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:1:9: the file is t.yaml and says `dialog: other`: give both the same name",
			},
		},
		{
			name: "no steps",
			text: "dialog: t\n",
			want: []string{
				"dialogs/t.yaml:1:1: the dialog has no steps: write `steps:` with at least one step",
			},
		},
		{
			name: "tab",
			text: "dialog: t\nsteps:\n\ta: {finish: x}\n",
			want: []string{
				"dialogs/t.yaml:3:1: a tab: use spaces",
			},
		},
		{
			name: "control character",
			text: "dialog: t\nsteps:\n  a: {say: \"x\x01\"}\n",
			want: []string{
				"dialogs/t.yaml:3:14: a control character (0x1): delete it",
			},
		},
		{
			name: "bad UTF-8",
			text: "dialog: t\nsteps:\n  a: {say: \"\xff\"}\n",
			want: []string{
				"dialogs/t.yaml:3:13: this is not UTF-8: save the file as UTF-8",
			},
		},
		{
			name: "open quote",
			text: `dialog: t
steps:
  a: {say: "Hello}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:12: a quote is opened here and never closed: close it with the same mark",
			},
		},
		{
			name: "words behind a quote",
			text: `dialog: t
steps:
  a:
    say: 'That's all.'
  b: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:4:16: words stand behind a closing quote: put the whole text in double quotes, and write \" for a quote inside it`,
			},
		},
		{
			name: "open quote, closed by the next one",
			text: `dialog: t
steps:
  a:
    say: "Hello
  b: {say: "Now: go"}
`,
			want: []string{
				"dialogs/t.yaml:4:10: a quote is opened here and never closed: close it with the same mark",
			},
		},
		{
			name: "words behind a bracket",
			text: `dialog: t
steps:
  a:
    say: [optional] Tell us more.
`,
			want: []string{
				"dialogs/t.yaml:4:21: words stand behind a closing bracket: put the whole text in quotes",
			},
		},
		{
			name: "old line ends",
			text: "dialog: t\rsteps: {}\r",
			want: []string{
				"dialogs/t.yaml:1:10: a line end of an old kind: save the file with usual line ends",
			},
		},
		{
			name: "several documents, the first with a mark of its own",
			text: `# ours
---
dialog: t
...
dialog: u
`,
			want: []string{
				"dialogs/t.yaml:4:1: the file holds several documents: remove the `...` line, or split the file",
			},
		},
		{
			name: "a fact whose type is misspelt is asked for",
			text: `dialog: t
facts:
  pain: {type: skale, seen-by: case, keep: enquiry}
  what: {type: several, of: {list: topic}, seen-by: case, keep: enquiry}
steps:
  a: {ask: How bad?, into: pain, go: {none: b}}
  b: {ask: What?, into: what, done: Done}
  c: {route: [{when: pain >= 7 and desire in what, go: d}, {else: d}]}
  d: {set: {pain: 3}}
  e: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:16: a fact's type cannot be "skale": did you mean "scale"?`,
				`dialogs/t.yaml:4:36: unknown list "topic": did you mean "topics"?`,
			},
		},
		{
			name:  "steps that cannot be read are there all the same",
			steps: true,
			text: `  a: {ask: Well?, answers: {one: "1", two: }, go: {one: b, two: c}}
  b: {says: Hello}
  c:
`,
			want: []string{
				"dialogs/t.yaml:13:44: the answer \"two\" has no label: write `id: label`; a label that holds a comma needs quotes",
				`dialogs/t.yaml:14:7: unknown key "says" in the step b: did you mean "say"?`,
				"dialogs/t.yaml:15:5: the step c must be a mapping, and this is empty: write what it does below it, indented, as in `say: TEXT`",
			},
		},
		{
			name: "colon in a text",
			text: `dialog: t
steps:
  a:
    say: Note: this
`,
			want: []string{
				"dialogs/t.yaml:4:14: a colon where none may stand: put the text in quotes, or check the indentation",
			},
		},
		{
			name: "open bracket",
			text: `dialog: t
facts:
  age: {type: choice, of: [a, b}
`,
			want: []string{
				"dialogs/t.yaml:3:27: the list that a [ opens here does not come to its ]: close it with ], and put quotes around a text that holds a comma or a bracket",
			},
		},
		{
			name: "text begins with a sign",
			text: `dialog: t
steps:
  a: {say: @home}
`,
			want: []string{
				"dialogs/t.yaml:3:12: a text cannot begin with this character: put the text in quotes",
			},
		},
		{
			name: "indentation",
			text: `dialog: t
steps:
  a: {finish: x}
 b: {finish: y}
`,
			want: []string{
				"dialogs/t.yaml:4:2: the indentation does not fit: line it up with the line that it belongs to",
			},
		},
		{
			name: "several documents",
			text: `dialog: t
---
dialog: u
`,
			want: []string{
				"dialogs/t.yaml:2:1: the file holds several documents: remove the `---` line, or split the file",
			},
		},
		{
			name: "duplicate key",
			text: `dialog: t
steps:
  a: {say: x}
  b: {finish: x}
  a: {finish: y}
`,
			want: []string{
				`dialogs/t.yaml:5:3: "a" stands here twice, first on line 3: delete or rename one`,
			},
		},
		{
			name: "alias, anchor and merge",
			text: `dialog: t
steps:
  a: &end {finish: x}
  b: *end
  c:
    <<: *end
`,
			want: []string{
				"dialogs/t.yaml:3:6: &end is an anchor: delete it, or quote a text that begins with &",
			},
		},
		{
			name: "tag",
			text: `dialog: t
steps:
  a: {finish: !!str x}
`,
			want: []string{
				"dialogs/t.yaml:3:15: !!str is a tag: delete it, or quote a text that begins with !",
			},
		},
		{
			name: "deep nesting",
			text: `dialog: t
steps: {a: {say: [[[[[[[[[[[[x]]]]]]]]]]]]}}
`,
			want: []string{
				"dialogs/t.yaml:2:28: values are nested more than 12 deep: a script needs no such depth",
			},
		},
		{
			name: "bare no",
			text: `dialog: t
facts:
  ok: {type: choice, of: [yes, no], seen-by: case, keep: enquiry}
steps:
  on: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:27: the bare word yes is read as true, false or nothing by YAML: put it in quotes ("yes") or rename it`,
				`dialogs/t.yaml:3:32: the bare word no is read as true, false or nothing by YAML: put it in quotes ("no") or rename it`,
				`dialogs/t.yaml:5:3: the bare word on is read as true, false or nothing by YAML: put it in quotes ("on") or rename it`,
			},
		},
		{
			name: "unknown type",
			text: `dialog: t
facts:
  n: {type: numbr, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:13: a fact's type cannot be "numbr": did you mean "number"?`,
			},
		},
		{
			name: "fact without type or keep",
			text: `dialog: t
facts:
  n: {seen-by: case}
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:3: the fact n does not say `keep`: write `keep:` and one of conversation, enquiry, record",
				"dialogs/t.yaml:3:3: the fact n does not say `type`: write `type:` and one of choice, several, text, number, scale, date, country, money, hours, contact",
			},
		},
		{
			name: "misspelt never",
			text: `dialog: t
facts:
  n: {type: text, seen-by: case, never: chta, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:41: never cannot be "chta": did you mean "chat"?`,
			},
		},
		{
			name: "choice of nothing",
			text: `dialog: t
facts:
  n: {type: choice, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:3: the choice n does not say what it can be: write `of: [one, two]` or `of: {list: NAME}`",
			},
		},
		{
			name: "limits",
			text: `dialog: t
facts:
  n: {type: number, min: 9, max: 3, seen-by: case, keep: enquiry}
  d: {type: date, max: 3, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:34: min 9 is above max 3: swap them",
				"dialogs/t.yaml:4:24: a date has no `max`: delete it",
			},
		},
		{
			name: "unknown list",
			text: `dialog: t
facts:
  n: {type: several, of: {list: topic}, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:33: unknown list "topic": did you mean "topics"?`,
			},
		},
		{
			name: "word of the conditions",
			text: `dialog: t
facts:
  known: {type: text, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:3: "known" is a word of the conditions and cannot name a fact: rename it`,
			},
		},
		{
			name: "longest is a word",
			text: `dialog: t
longest: "22"
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:2:10: longest must be a whole number from 1 to 1000: write it without quotes or signs",
			},
		},
		{
			name:  "step does nothing",
			steps: true,
			text:  "  a: {short: x}\n",
			want: []string{
				"dialogs/t.yaml:13:3: the step a does nothing: give it one of say, ask, review, route, call, do, wait, set, alert, finish",
			},
		},
		{
			name:  "misspelt kind",
			steps: true,
			text:  "  a: {aks: Your age?, into: age}\n",
			want: []string{
				`dialogs/t.yaml:13:7: unknown key "aks" in the step a: did you mean "ask"?`,
			},
		},
		{
			name:  "two kinds",
			steps: true,
			text:  "  a: {say: x, finish: done}\n",
			want: []string{
				"dialogs/t.yaml:13:15: the step a does two things, say and finish: make it two steps",
			},
		},
		{
			name:  "key of another kind",
			steps: true,
			text:  "  a: {say: x, into: age}\n",
			want: []string{
				"dialogs/t.yaml:13:15: unknown key \"into\" in a step that has `say`: known: say, go, verbatim",
			},
		},
		{
			name:  "step is a text",
			steps: true,
			text:  "  a: Hello\n",
			want: []string{
				"dialogs/t.yaml:13:6: the step a must be a mapping, and this is a text: write what it does below it, indented, as in `say: TEXT`",
			},
		},
		{
			name:  "bad step id",
			steps: true,
			text:  "  My Step: {finish: x}\n",
			want: []string{
				`dialogs/t.yaml:13:3: "My Step" cannot be a step's id: write small letters, digits and -, beginning with a letter; a text that holds a comma needs quotes`,
			},
		},
		{
			name:  "text is a number",
			steps: true,
			text:  "  a: {say: 18}\n",
			want: []string{
				`dialogs/t.yaml:13:12: say must be a text, and this is a number: put it in quotes: "18"`,
			},
		},
		{
			name:  "empty text",
			steps: true,
			text:  "  a: {say: \"\"}\n",
			want: []string{
				"dialogs/t.yaml:13:12: say is empty: write a text",
			},
		},
		{
			name:  "unknown fact",
			steps: true,
			text:  "  a: {ask: How old?, into: agee, answers: {adult: A, minor: B}}\n",
			want: []string{
				`dialogs/t.yaml:13:28: unknown fact "agee": did you mean "age"?`,
			},
		},
		{
			name:  "unknown answer",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minro: B}}\n",
			want: []string{
				`dialogs/t.yaml:13:53: age never holds "minro": did you mean "minor"?`,
			},
		},
		{
			name:  "unknown answer in also",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, also: {adlt: [x]}}\n",
			want: []string{
				`dialogs/t.yaml:13:71: "adlt" is not an answer of a: did you mean "adult"?`,
			},
		},
		{
			name:  "bare synonym",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, also: {adult: [18]}}\n",
			want: []string{
				`dialogs/t.yaml:13:79: another word for an answer must be a text, and this is a number: put it in quotes: "18"`,
			},
		},
		{
			name:  "comma in a label",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: Yes, I am, minor: B}}\n",
			want: []string{
				`dialogs/t.yaml:13:55: "I am" cannot be an answer: write letters, digits and -, beginning with a letter; a text that holds a comma needs quotes`,
			},
		},
		{
			name:  "no answers",
			steps: true,
			text:  "  a: {ask: How old?, into: age}\n",
			want: []string{
				"dialogs/t.yaml:13:3: a has no answers: write `answers:` with a label for each value of age",
			},
		},
		{
			name:  "answers to a number",
			steps: true,
			text:  "  a: {ask: How much?, into: pay, answers: {low: Low}}\n",
			want: []string{
				"dialogs/t.yaml:13:34: pay is money and has no answers to choose from: delete `answers`, or write into a choice",
			},
		},
		{
			name:  "nothing to answer",
			steps: true,
			text:  "  a: {ask: How old?}\n",
			want: []string{
				"dialogs/t.yaml:13:3: nothing says what can be answered to a: write `into: FACT`, or `answers:`",
			},
		},
		{
			name:  "same label",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: \"Yes!\", minor: \"yes\"}}\n",
			want: []string{
				`dialogs/t.yaml:13:65: "yes" means both adult and minor: reword one`,
			},
		},
		{
			name:  "synonym of two",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, also: {adult: [old], minor: [old, a]}}\n",
			want: []string{
				`dialogs/t.yaml:13:93: "old" means both adult and minor: delete one`,
				`dialogs/t.yaml:13:98: "a" never means minor, because it names adult: delete it`,
			},
		},
		{
			name:  "several without done",
			steps: true,
			text:  "  a: {ask: What?, into: tops}\n",
			want: []string{
				"dialogs/t.yaml:13:3: a can have several answers and no button ends it: write `done: LABEL`",
			},
		},
		{
			name:  "done on a choice",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, done: Done}\n",
			want: []string{
				"dialogs/t.yaml:13:64: age is a choice, and `done` ends a several: delete `done`, or write into a several",
			},
		},
		{
			name:  "from a choice",
			steps: true,
			text:  "  a: {ask: Which?, into: main, from: age}\n",
			want: []string{
				"dialogs/t.yaml:13:38: age is a choice, and `from` needs a several: name the several that holds what may be chosen",
			},
		},
		{
			name:  "own into a choice",
			steps: true,
			text:  "  a: {ask: What?, into: tops, done: Done, own: {answer: other, into: age}}\n",
			want: []string{
				"dialogs/t.yaml:13:70: own words are kept in a text, and age is a choice: write into a text",
			},
		},
		{
			name:  "spans that nobody can read",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, spans: {minor: young, adlt: 18 years}}\n  b: {ask: How old?, into: age, answers: {adult: A, minor: B}, spans: {adult: 18 years, minor: 3 years}}\n  c: {ask: How much?, into: pay, spans: {adult: 3 years}}\n",
			want: []string{
				"dialogs/t.yaml:13:79: this is no length of time: write `2 months`, from which on the answer is meant, or `18 to 110 years`",
				`dialogs/t.yaml:13:86: "adlt" is not an answer of a: did you mean "adult"?`,
				"dialogs/t.yaml:14:89: spans go from short to long, and this one begins or ends before: write them in their order, each longer than the one before",
				"dialogs/t.yaml:15:34: a length of time means one answer of those that stand here: delete `spans`, or write into a choice with `answers`",
			},
		},
		{
			name:  "own without into",
			steps: true,
			text:  "  a: {ask: What?, into: tops, done: Done, own: {answer: other}}\n",
			want: []string{
				"dialogs/t.yaml:13:48: own is not complete: write `own: {answer: ANSWER, into: FACT}`",
			},
		},
		{
			name:  "own answer unknown",
			steps: true,
			text:  "  a: {ask: What?, into: tops, done: Done, own: {answer: others, into: words}}\n",
			want: []string{
				`dialogs/t.yaml:13:57: "others" is not an answer of a: did you mean "other"?`,
			},
		},
		{
			name:  "set-by",
			steps: true,
			text:  "  a: {ask: Fit?, into: fit, answers: {F: Yes, O: None}}\n",
			want: []string{
				"dialogs/t.yaml:13:24: the fact fit is set by triage only: write into another fact, or change its `set-by: triage`",
			},
		},
		{
			name:  "go to nowhere",
			steps: true,
			text:  "  a: {say: x, go: by}\n",
			want: []string{
				`dialogs/t.yaml:13:19: unknown step "by": did you mean "bye"?`,
			},
		},
		{
			name:  "go of no answer",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: A, minor: B}, go: {minro: bye}}\n",
			want: []string{
				`dialogs/t.yaml:13:69: "minro" is not an answer of a: did you mean "minor"?`,
			},
		},
		{
			name:  "go of a number",
			steps: true,
			text:  "  a: {ask: How much?, into: pay, go: {low: bye}}\n",
			want: []string{
				"dialogs/t.yaml:13:39: \"low\" is not an answer of a: use `else`",
			},
		},
		{
			name:  "go of a several",
			steps: true,
			text:  "  a: {ask: What?, into: tops, done: Done, go: {pain: bye}}\n",
			want: []string{
				"dialogs/t.yaml:13:48: \"pain\" is one of several answers that may come together: use `else`, and a route with conditions after it",
			},
		},
		{
			name:  "go by answer after say",
			steps: true,
			text:  "  a: {say: x, go: {else: bye}}\n",
			want: []string{
				"dialogs/t.yaml:13:19: nothing is answered here, so there is one way on: write `go: STEP`",
			},
		},
		{
			name:  "go of a result",
			steps: true,
			text:  "  a: {do: triage, into: fit, go: {X: bye}}\n",
			want: []string{
				`dialogs/t.yaml:13:35: fit never holds "X": known: F, O, else`,
			},
		},
		{
			name:  "misses without go",
			steps: true,
			text:  "  a: {ask: How much?, into: pay, misses: {after: 2}}\n",
			want: []string{
				"dialogs/t.yaml:13:42: misses does not say where to go: write `go: STEP`",
			},
		},
		{
			name:  "change without pick",
			steps: true,
			text:  "  a: {review: \"{readback}\", answers: {send: Send}, change: Change}\n",
			want: []string{
				"dialogs/t.yaml:13:3: `change` and `pick` belong together: write both: the label of the button, and what is asked when it is pressed",
			},
		},
		{
			name:  "unknown placeholder",
			steps: true,
			text:  "  a: {say: \"Our fee is {fee.ful}.\"}\n",
			want: []string{
				`dialogs/t.yaml:13:24: unknown placeholder {fee.ful}: did you mean "fee.full"?`,
			},
		},
		{
			name:  "placeholder in a button",
			steps: true,
			text:  "  a: {ask: How old?, into: age, answers: {adult: \"{fee.full}\", minor: B}}\n",
			want: []string{
				"dialogs/t.yaml:13:51: a button cannot hold a placeholder: put it into the question",
			},
		},
		{
			name:  "secret in a text",
			steps: true,
			text:  "  a: {say: \"You said {secret}.\"}\n",
			want: []string{
				"dialogs/t.yaml:13:22: the fact secret must never appear in a chat: reword the text without it",
			},
		},
		{
			name:  "open brace",
			steps: true,
			text:  "  a: {say: \"Our fee is {fee.full\"}\n",
			want: []string{
				"dialogs/t.yaml:13:24: a { without a }: close the placeholder, or write {{ for the sign itself",
			},
		},
		{
			name:  "readback outside a review",
			steps: true,
			text:  "  a: {say: \"{readback}\"}\n",
			want: []string{
				"dialogs/t.yaml:13:13: {readback} stands outside a review: use it in the text after `review`",
			},
		},
		{
			name:  "unknown fact in a condition",
			steps: true,
			text:  "  a: {route: [{when: \"agee == adult\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:23: unknown fact "agee": did you mean "age"?`,
			},
		},
		{
			name:  "value a fact never holds",
			steps: true,
			text:  "  a: {route: [{when: \"age == adlt\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:30: age never holds "adlt": its values are adult, minor`,
			},
		},
		{
			name:  "single equals sign",
			steps: true,
			text:  "  a: {route: [{when: \"age = adult\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:27: "=" is not a comparison: write "=="`,
			},
		},
		{
			name:  "size of a choice",
			steps: true,
			text:  "  a: {route: [{when: \"age > adult\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:27: ">" needs a number, and age is a choice: use ==, != or in`,
			},
		},
		{
			name:  "several compared",
			steps: true,
			text:  "  a: {route: [{when: \"tops == pain\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:28: tops is a several and cannot be compared with ==: write "pain in tops"`,
			},
		},
		{
			name:  "brackets forgotten",
			steps: true,
			text:  "  a: {route: [{when: \"adult in age\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:32: age is a choice and holds one value only: write "age == adult"`,
			},
		},
		{
			name:  "number out of range",
			steps: true,
			text:  "  a: {route: [{when: \"pay > 900\", go: bye}]}\n",
			want: []string{
				"dialogs/t.yaml:13:29: pay never holds 900: write a number from 0 to 500",
			},
		},
		{
			name:  "condition ends early",
			steps: true,
			text:  "  a: {route: [{when: \"age == adult and\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:39: the end of the condition stands where a test belongs: write a test, as in "age == adult"`,
			},
		},
		{
			name:  "parenthesis open",
			steps: true,
			text:  "  a: {route: [{when: \"(age == adult or known(main)\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:51: the end of the condition stands where ")" belongs: write ")"`,
			},
		},
		{
			name:  "ampersands",
			steps: true,
			text:  "  a: {route: [{when: \"known(age) && known(main)\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:34: "&" is not part of a condition: write "and"`,
			},
		},
		{
			name:  "two tests side by side",
			steps: true,
			text:  "  a: {route: [{when: \"known(age) known(main)\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:34: "known" is not expected here: join two tests with "and" or "or"`,
			},
		},
		{
			name:  "fact alone",
			steps: true,
			text:  "  a: {route: [{when: age, go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:25: the end of the condition stands where a comparison belongs: compare the fact, as in "age == adult", or ask "known(age)"`,
			},
		},
		{
			name:  "condition over two lines",
			steps: true,
			text: `  a:
    route:
      - when: >
          known(age) and
          mian == pain
        go: bye
`,
			want: []string{
				`dialogs/t.yaml:17:11: unknown fact "mian": did you mean "main"?`,
			},
		},
		{
			name:  "condition on a host list",
			steps: true,
			text:  "  a: {route: [{when: \"slot == first\", go: bye}]}\n",
			want: []string{
				`dialogs/t.yaml:13:31: slot never holds "first": its values come from the host and are not known here; ask "known(slot)"`,
			},
		},
		{
			name:  "else first",
			steps: true,
			text:  "  a: {route: [{else: bye}, {when: known(age), go: bye}]}\n",
			want: []string{
				"dialogs/t.yaml:13:15: `else` is not the last route, so those after it are never taken: move it to the end",
			},
		},
		{
			name:  "route without go",
			steps: true,
			text:  "  a: {route: [{when: known(age)}]}\n",
			want: []string{
				"dialogs/t.yaml:13:15: the route is not complete: write `{when: CONDITION, go: STEP}` or `{else: STEP}`",
			},
		},
		{
			name:  "route is a mapping",
			steps: true,
			text:  "  a: {route: {when: known(age), go: bye}}\n",
			want: []string{
				"dialogs/t.yaml:13:14: route must be a list: write `- {when: CONDITION, go: STEP}` lines",
			},
		},
		{
			name:  "set to a value it never holds",
			steps: true,
			text:  "  a: {set: {age: old, pay: 900}}\n",
			want: []string{
				`dialogs/t.yaml:13:18: age never holds "old": its values are adult, minor`,
				`dialogs/t.yaml:13:28: pay never holds "900": write a whole number from 0 to 500`,
			},
		},
		{
			name:  "unknown dialog",
			steps: true,
			text:  "  a: {call: bodyy}\n",
			want: []string{
				`dialogs/t.yaml:13:13: unknown dialog "bodyy": did you mean "body"?`,
			},
		},
		{
			name:  "outcome the dialog has not",
			steps: true,
			text:  "  a: {call: body, go: {emergancy: bye}}\n",
			want: []string{
				`dialogs/t.yaml:13:24: the dialog body never finishes with "emergancy": did you mean "emergency"?`,
			},
		},
		{
			name:  "circle",
			steps: true,
			text: `  a: {say: x}
  b: {ask: How old?, into: age, answers: {adult: A, minor: B}, go: {minor: a}}
`,
			want: []string{
				"dialogs/t.yaml:14:76: the steps go in a circle: a → b → a: lead on to a later step; a question is asked again by itself, and answers are changed in a review",
			},
		},
		{
			name:  "circle to itself",
			steps: true,
			text:  "  a: {ask: How much?, into: pay, misses: {go: a}}\n",
			want: []string{
				"dialogs/t.yaml:13:47: the steps go in a circle: a → a: lead on to a later step; a question is asked again by itself, and answers are changed in a review",
			},
		},
		{
			name:  "unreachable",
			steps: true,
			text: `  a: {say: x, go: bye}
  b: {say: y}
`,
			want: []string{
				"dialogs/t.yaml:14:3: nothing leads to the step b: lead to it with `go`, or delete it",
			},
		},
		{
			name: "past the end",
			text: `dialog: t
steps:
  a: {say: x}
`,
			want: []string{
				"dialogs/t.yaml:3:3: nothing comes after the last step, a: say `go: STEP`, or end with a step that has `finish: OUTCOME`",
			},
		},
		{
			name: "two mistakes at once",
			text: `dialog: t
steps:
  a: {say: x, go: c}
  b: {say: "{x}"}
`,
			want: []string{
				`dialogs/t.yaml:3:19: unknown step "c": known: a, b`,
				"dialogs/t.yaml:4:3: nothing comes after the last step, b: say `go: STEP`, or end with a step that has `finish: OUTCOME`",
				"dialogs/t.yaml:4:13: unknown placeholder {x}: none is declared",
			},
		},
		{
			name: "bare true and null",
			text: `dialog: t
steps:
  a: {do: call, go: {true: b, null: b}}
  b: {finish: off}
`,
			want: []string{
				`dialogs/t.yaml:3:22: the bare word true is read as true, false or nothing by YAML: put it in quotes ("true") or rename it`,
				`dialogs/t.yaml:3:31: the bare word null is read as true, false or nothing by YAML: put it in quotes ("null") or rename it`,
				`dialogs/t.yaml:4:15: the bare word off is read as true, false or nothing by YAML: put it in quotes ("off") or rename it`,
			},
		},
		{
			name: "answers that are no mapping",
			text: `dialog: t
steps:
  a: {ask: Well?, answers: [one, two]}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:28: answers must be a mapping, and this is a list: write `key: value` pairs",
			},
		},
		{
			name: "no answers at all",
			text: `dialog: t
steps:
  a: {ask: Well?, answers: {}}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:28: answers is empty: write `id: label` pairs",
			},
		},
		{
			name: "empty set",
			text: `dialog: t
steps:
  a: {set: {}}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:12: set is empty: write `fact: value` pairs",
			},
		},
		{
			name: "call of itself",
			text: `dialog: t
steps:
  a: {call: t}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:13: the dialog t leads back to t: call a dialog that does not come back here",
			},
		},
		{
			name: "fact declared otherwise",
			text: `dialog: t
facts:
  mood: {type: scale, seen-by: case, keep: enquiry}
steps:
  a: {call: mood}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:5:13: the fact mood is declared otherwise at dialogs/mood.yaml:3:3: declare it alike in both dialogs, or rename one",
			},
		},
		{
			name: "call past the end",
			text: `dialog: t
steps:
  a: {call: body}
`,
			want: []string{
				"dialogs/t.yaml:3:3: nothing comes after the last step, a, when it finishes with emergency: say `go: STEP`, or end with a step that has `finish: OUTCOME`",
			},
		},
		{
			name: "country by spelled-out values",
			text: `dialog: t
facts:
  here: {type: country, of: [us, uk], seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:3: the values of a country come from a list: delete `of`, or write `of: {list: NAME}`",
			},
		},
		{
			name: "country by another list",
			text: `dialog: t
facts:
  here: {type: country, of: {list: topics}, seen-by: case, keep: enquiry}
steps:
  a: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:36: the list topics has "pain", which is no country code: write codes as in US or US-CA`,
			},
		},
		{
			name: "picture for a label",
			text: `dialog: t
steps:
  a: {ask: Well?, answers: {good: "👍", bad: "👎"}}
  b: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:35: the label of "good" has no letter or digit: write words; a picture alone cannot be read aloud or typed`,
				`dialogs/t.yaml:3:45: the label of "bad" has no letter or digit: write words; a picture alone cannot be read aloud or typed`,
			},
		},
		{
			name: "skip reads like an answer",
			text: `dialog: t
steps:
  a: {ask: Well?, answers: {good: Good, none: Nothing}, skip: nothing}
  b: {finish: x}
`,
			want: []string{
				`dialogs/t.yaml:3:63: "nothing" means both none and the button skip: reword one`,
			},
		},
		{
			name: "lone brace",
			text: `dialog: t
steps:
  a: {say: "a } b"}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:15: a } without a {: write }} for the sign itself",
			},
		},
		{
			name: "brace that begins no name",
			text: `dialog: t
steps:
  a: {say: "a { b } c"}
  b: {finish: x}
`,
			want: []string{
				"dialogs/t.yaml:3:15: a { that begins no placeholder: write {name}, or {{ for the sign itself",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if c.steps {
				text = prelude + "steps:\n" + text + postlude
			}
			files := beside()
			files["dialogs/t.yaml"] = &fstest.MapFile{Data: []byte(text)}
			_, err := script.Load(files)
			if err == nil {
				t.Fatal("got no problem")
			}
			if diff := cmp.Diff(strings.Split(err.Error(), "\n"), c.want); diff != "" {
				t.Errorf("problems (-got +want):\n%s", diff)
			}
		})
	}
}
