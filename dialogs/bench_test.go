package dialogs_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fxamacker/cbor/v2"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// big is a dialog of the size of a real intake: 22 questions of every type
// among some two hundred steps of messages, routes and side branches.
func big() fstest.MapFS {
	var facts, steps strings.Builder
	fmt.Fprintf(&facts, "  bother: {type: scale, seen-by: case, keep: enquiry}\n")
	for i := range 22 {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&facts, "  f%d: {type: choice, of: [one, two, three], seen-by: case, keep: enquiry}\n", i)
			fmt.Fprintf(&steps, "  q%d: {short: Fact %d, ask: Question %d?, into: f%d, answers: {one: First, two: Second, three: Third}, again: Please press a button., go: {three: side%d}}\n", i, i, i, i, i)
		case 1:
			fmt.Fprintf(&facts, "  f%d: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}\n", i)
			fmt.Fprintf(&steps, "  q%d: {short: Fact %d, ask: Question %d?, into: f%d, done: That is all, skip: Skip}\n", i, i, i, i)
		case 2:
			fmt.Fprintf(&facts, "  f%d: {type: scale, seen-by: case, keep: enquiry}\n", i)
			fmt.Fprintf(&steps, "  q%d: {short: Fact %d, ask: Question %d?, into: f%d, skip: Skip}\n", i, i, i, i)
		case 3:
			fmt.Fprintf(&facts, "  f%d: {type: text, seen-by: case, keep: enquiry}\n", i)
			fmt.Fprintf(&steps, "  q%d: {short: Fact %d, ask: Question %d?, into: f%d, skip: Skip}\n", i, i, i, i)
		}
		fmt.Fprintf(&steps, "  note%d: {say: Thank you for that.}\n", i)
		fmt.Fprintf(&steps, "  check%d: {route: [{when: \"f0 in [one, two] and not (known(f3) and bother > 7)\", go: next%d}, {when: pain in f1, go: next%d}]}\n", i, i, i)
		fmt.Fprintf(&steps, "  side%d: {say: [Something to say., And more.]}\n", i)
		for j := range 4 {
			fmt.Fprintf(&steps, "  side%d-%d: {say: Something to say.}\n", i, j)
		}
		fmt.Fprintf(&steps, "  next%d: {route: [{else: q%d}]}\n", i, i+1)
	}
	steps.WriteString("  q22: {review: \"This is what I send:\\n{readback}\", answers: {send: Send it}, change: Change, pick: Which one?}\n  end: {finish: sent}\n")
	files := content()
	files["dialogs/big.yaml"] = &fstest.MapFile{Data: []byte("dialog: big\nlongest: 23\nfacts:\n" + facts.String() + "steps:\n" + steps.String())}
	return files
}

// answered is a run of the big dialog with the first n questions answered.
func answered(tb testing.TB, lib *script.Library, n int) *talk {
	c := beginIn(tb, lib, "big")
	for i := range n {
		c.say([]string{"First", "pain, desire", "7", "Something of a few words, as people write."}[i%4])
	}
	return c.at(fmt.Sprintf("q%d", n))
}

func BenchmarkStep(b *testing.B) {
	lib := loadFrom(b, big())
	for _, c := range []struct {
		name string
		n    int
		in   dialogs.Input
	}{
		{"Press", 14, dialogs.Press{Answer: "7"}},
		{"Words", 13, dialogs.Words{Text: "Pain and desire, done"}},
		{"Back", 14, dialogs.Back{}},
		{"Review", 21, dialogs.Press{Answer: "pain"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			talk := answered(b, lib, c.n)
			if c.name == "Review" {
				talk.in(dialogs.Press{Answer: "pain"})
				c.in = dialogs.Press{Answer: dialogs.PressDone}
			}
			b.ReportAllocs()
			for b.Loop() {
				turn, err := dialogs.Step(lib, talk.run, c.in, talk.now, "en", talk.host)
				if err != nil || !turn.Accepted {
					b.Fatalf("accepted %v: %v", turn.Accepted, err)
				}
			}
		})
	}
}

// A conversation at question ten must stay small in the store.
func TestStoredSize(t *testing.T) {
	talk := answered(t, loadFrom(t, big()), 10)
	data, err := cbor.Marshal(talk.run)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 500 {
		t.Errorf("got %d bytes at question ten, want at most 500", len(data))
	}
	var back dialogs.Run
	if err := cbor.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	talk.run = back
	talk.say("7", "Nothing else.").at("q12")
}
