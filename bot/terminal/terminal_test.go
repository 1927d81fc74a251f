package terminal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot"
	"anteroom/bot/terminal"
)

// listener keeps what was typed.
type listener struct {
	got []bot.Inbound
	err error
}

func (l *listener) Receive(_ context.Context, in bot.Inbound) error {
	l.got = append(l.got, in)
	return l.err
}

func (l *listener) words() (all []string) {
	for _, in := range l.got {
		all = append(all, in.What.(bot.Words).Text)
	}
	return all
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   string
		want []string
	}{
		{"nothing", "", nil},
		{"lines", "/start\nYes\n3\n", []string{"/start", "Yes", "3"}},
		{"the last without its end", "Yes\nNo", []string{"Yes", "No"}},
		{"an empty line", "\nYes\n", []string{"", "Yes"}},
		{"from Windows", "Yes\r\nNo\r\n", []string{"Yes", "No"}},
		{"control characters", "a\x00b\x1b[31mc\x07\x7fd\n", []string{"ab[31mcd"}},
		{"of the C1 set", "a\u0085b\u009bc\n", []string{"abc"}},
		{"broken UTF-8", "a\xff\xfeb\xc3\n", []string{"ab"}},
		{"turned about", "a\u202egnp.exe\u202c\n", []string{"agnp.exe"}},
		{"a tab stays", "a\tb\n", []string{"a\tb"}},
		{"other scripts", "שלום 👩‍👩‍👧 ñ\n", []string{"שלום 👩‍👩‍👧 ñ"}},
		{"only rubbish", "\x00\x01\n", []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			term := terminal.New(terminal.Options{In: strings.NewReader(tt.in), Out: &out})
			l := &listener{}
			for {
				err := term.Read(t.Context(), "p", l)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, l.words()); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			ids := map[string]bool{}
			for _, in := range l.got {
				if in.Channel != terminal.Name || in.Practice != "p" || in.Chat == "" || ids[in.ID] {
					t.Errorf("got %s of %q at %q in chat %q", in.ID, in.Practice, in.Channel, in.Chat)
				}
				ids[in.ID] = true
			}
		})
	}
}

// A line of any length is read to its end, and kept to a bound, at a letter.
func TestVeryLongLine(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"x", "é", "€", "👍"} {
		in := strings.Repeat(letter, 3<<20) + "\nnext\n"
		term := terminal.New(terminal.Options{In: strings.NewReader(in), Out: io.Discard})
		l := &listener{}
		for range 2 {
			if err := term.Read(t.Context(), "p", l); err != nil {
				t.Fatal(err)
			}
		}
		words := l.words()
		if n := len(words[0]); n < 4096 || n > 16<<10 || !utf8.ValidString(words[0]) || strings.Trim(words[0], letter) != "" {
			t.Errorf("%q: got %d bytes, want no more than 16 KB and whole letters", letter, n)
		}
		if words[1] != "next" {
			t.Errorf("%q: the line after it is %d bytes, want %q", letter, len(words[1]), "next")
		}
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the pipe broke")
	term := terminal.New(terminal.Options{In: io.MultiReader(strings.NewReader("Yes\n"), iotest.ErrReader(broken)), Out: io.Discard})
	l := &listener{}
	if err := term.Read(t.Context(), "p", l); err != nil {
		t.Fatal(err)
	}
	if err := term.Read(t.Context(), "p", l); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	l.err = errors.New("the store is down")
	term = terminal.New(terminal.Options{In: strings.NewReader("Yes\n"), Out: io.Discard})
	if err := term.Read(t.Context(), "p", l); !errors.Is(err, l.err) {
		t.Errorf("got %v, want %v", err, l.err)
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	term := terminal.New(terminal.Options{In: strings.NewReader("Yes\x1b[2J, I am\n"), Out: &out, Echo: true})
	if err := term.Read(t.Context(), "p", &listener{}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "> Yes[2J, I am\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func row(labels ...string) (r []bot.Button) {
	for _, l := range labels {
		r = append(r, bot.Button{Label: l, Data: "opaque"})
	}
	return r
}

func always(labels ...string) (r []bot.Button) {
	for _, l := range labels {
		r = append(r, bot.Button{Label: l, Always: true})
	}
	return r
}

func TestSend(t *testing.T) {
	t.Parallel()
	scale := [][]bot.Button{row("0", "1", "2", "3", "4", "5"), row("6", "7", "8", "9", "10"), row("I would rather not say"), always("Back", "I need help now")}
	for _, tt := range []struct {
		name  string
		body  bot.Body
		width int
		want  string
	}{
		{"a message", bot.Text{Text: "Hello."}, 0, "Hello.\n\n"},
		{"wrapped", bot.Text{Text: "one two three four\n\nfive"}, 9, "one two\nthree\nfour\n\nfive\n\n"},
		{"a word that does not fit", bot.Text{Text: "a incomprehensibilities b"}, 5, "a\nincomprehensibilities\nb\n\n"},
		{"just fits", bot.Text{Text: "ab cd"}, 5, "ab cd\n\n"},
		{"letters, not bytes", bot.Text{Text: "éé éé"}, 5, "éé éé\n\n"},
		{"answers", bot.Text{Text: "Well?", Buttons: [][]bot.Button{row("Yes", "No"), row("✓ Perhaps"), always("Back", "Have a person call me")}}, 0,
			"Well?\n\n   1  Yes\n   2  No\n   3  ✓ Perhaps\n      [Back · Have a person call me]\n\n"},
		{"only ways out", bot.Text{Text: "Your name?", Buttons: [][]bot.Button{always("Back")}}, 0, "Your name?\n\n      [Back]\n\n"},
		{"a scale", bot.Text{Text: "How much?", Buttons: scale}, 0,
			"How much?\n\n  0   1   2   3   4   5   6   7   8   9   10\n  12  I would rather not say\n      [Back · I need help now]\n\n"},
		{"drawn anew", bot.Redraw{Buttons: [][]bot.Button{row("✓ Yes")}}, 0, "   1  ✓ Yes\n\n"},
		{"no buttons left", bot.Redraw{}, 0, ""},
		{"empty", bot.Text{}, 0, "\n\n"},
		{"a sweep", bot.Sweep{Messages: []string{"line-1", "x", "line-2"}}, 0, "(swept: 3 messages)\n\n"},
		{"a sweep of one", bot.Sweep{Messages: []string{"line-1"}}, 0, "(swept: 1 message)\n\n"},
		{"a document", bot.Document{Name: "record.html", Type: "text/html", Data: []byte("<p>private")}, 0, "(a file: record.html, text/html)\n\n"},
		{"a document with a nasty name", bot.Document{Name: "a\nb\x1b[2J", Type: "x\r\n\u009b"}, 0, "(a file: a b[2J, x)\n\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			term := terminal.New(terminal.Options{In: strings.NewReader(""), Out: &out, Width: tt.width})
			if _, err := term.Send(t.Context(), bot.Delivery{Body: tt.body}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
		})
	}
}

// A number presses a button of the list that was printed last, and words any that
// were printed since the last line; all else is words.
func TestPressed(t *testing.T) {
	t.Parallel()
	list := func(labels ...string) bot.Text {
		var r []bot.Button
		for _, l := range labels {
			r = append(r, bot.Button{Label: l, Data: "d:" + l})
		}
		return bot.Text{Buttons: [][]bot.Button{r, always("Back")}}
	}
	releases, topics := list("Take it back", "Something new"), list("✓ Desire", "Pain", "That is all")
	scale := list("0", "1", "2", "3", "I would rather not say")
	for _, tt := range []struct {
		name   string
		prints []bot.Body
		line   string
		want   bot.What
	}{
		{"nothing printed", nil, "1", bot.Words{Text: "1"}},
		{"a number", []bot.Body{topics}, "2", bot.Press{Data: "d:Pain"}},
		{"of the newest list", []bot.Body{releases, topics}, " 1 ", bot.Press{Data: "d:✓ Desire"}},
		{"words of an earlier one", []bot.Body{releases, topics}, "something NEW", bot.Press{Data: "d:Something new"}},
		{"ticked", []bot.Body{topics}, "desire", bot.Press{Data: "d:✓ Desire"}},
		{"a scale", []bot.Body{scale}, "3", bot.Press{Data: "d:3"}},
		{"no number of a scale", []bot.Body{list("1", "2", "3", "I would rather not say")}, "0", bot.Words{Text: "0"}},
		{"above a scale", []bot.Body{list("0", "1", "2", "3")}, "4", bot.Words{Text: "4"}},
		{"beside a scale", []bot.Body{scale}, "5", bot.Press{Data: "d:I would rather not say"}},
		{"after words without buttons", []bot.Body{topics, bot.Text{Text: "Hello."}}, "1", bot.Press{Data: "d:✓ Desire"}},
		{"of a question in words", []bot.Body{topics, bot.Text{Text: "Your name?", Buttons: [][]bot.Button{always("Back")}}}, "1", bot.Words{Text: "1"}},
		{"drawn anew", []bot.Body{topics, bot.Redraw{Buttons: releases.Buttons}}, "2", bot.Press{Data: "d:Something new"}},
		{"no such number", []bot.Body{topics}, "4", bot.Words{Text: "4"}},
		{"a way out", []bot.Body{topics}, "Back", bot.Words{Text: "Back"}},
		{"several numbers", []bot.Body{topics}, "1, 2", bot.Words{Text: "1, 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			term := terminal.New(terminal.Options{In: strings.NewReader(tt.line + "\n"), Out: io.Discard})
			l := &listener{}
			for _, body := range tt.prints {
				if _, err := term.Send(t.Context(), bot.Delivery{Body: body}); err != nil {
					t.Fatal(err)
				}
			}
			if err := term.Read(t.Context(), "p", l); err != nil {
				t.Fatal(err)
			}
			if got := l.got[0].What; got != tt.want {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
		})
	}
}

// TestSweptButtons: what is swept out of the chat has no buttons any more.
func TestSweptButtons(t *testing.T) {
	t.Parallel()
	term := terminal.New(terminal.Options{In: strings.NewReader("Start\n1\n"), Out: io.Discard})
	for _, body := range []bot.Body{bot.Text{Text: "Hello.", Buttons: [][]bot.Button{{{Label: "Start", Data: "s"}}}}, bot.Sweep{}, bot.Text{Text: "Bye."}} {
		if _, err := term.Send(t.Context(), bot.Delivery{Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	l := &listener{}
	for range 2 {
		if err := term.Read(t.Context(), "p", l); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"Start", "1"}, l.words()); diff != "" {
		t.Error(diff)
	}
}

// What is written to a screen moves no cursor and rings no bell, whoever
// wrote it: a read-back holds what a person typed.
func TestSendIsHarmless(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	term := terminal.New(terminal.Options{In: strings.NewReader(""), Out: &out})
	nasty := "a\x1b[2Jb\x07c\u009b31md\xff"
	if _, err := term.Send(t.Context(), bot.Delivery{Body: bot.Text{Text: nasty, Buttons: [][]bot.Button{row(nasty), always(nasty)}}}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\u009b") || !utf8.ValidString(out.String()) {
		t.Errorf("printed %q", out.String())
	}
}

func TestSendOther(t *testing.T) {
	t.Parallel()
	term := terminal.New(terminal.Options{In: strings.NewReader(""), Out: io.Discard})
	for _, body := range []bot.Body{bot.Card{}, bot.Notice{}, nil} {
		_, err := term.Send(t.Context(), bot.Delivery{Body: body})
		if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Why != bot.Impossible {
			t.Errorf("%T: got %v, want that it is impossible", body, err)
		}
	}
}

// FuzzRead: whatever is piped in, words without control characters come out,
// and it ends.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"Yes\n", "\x00\xff\n\r\n", "a\u0085b", strings.Repeat("é", 9000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		term := terminal.New(terminal.Options{In: strings.NewReader(s), Out: io.Discard})
		l := &listener{}
		for n := 0; ; n++ {
			if err := term.Read(t.Context(), "p", l); err != nil {
				break
			}
			if n > len(s) {
				t.Fatal("more lines than bytes")
			}
		}
		for _, w := range l.words() {
			if !utf8.ValidString(w) || strings.ContainsFunc(w, func(r rune) bool { return r < ' ' && r != '\t' || 0x7f <= r && r < 0xa0 }) {
				t.Errorf("words %q", w)
			}
		}
	})
}

func ExampleTerminal() {
	term := terminal.New(terminal.Options{In: strings.NewReader("1\n"), Out: printer{}, Echo: true})
	term.Send(context.Background(), bot.Delivery{Body: bot.Text{Text: "Are you 18 or over?",
		Buttons: [][]bot.Button{{{Label: "Yes, I am"}}, {{Label: "No, I am younger"}}, {{Label: "Back", Always: true}}}}})
	term.Read(context.Background(), "quiet-river", &listener{})
	// Output:
	// Are you 18 or over?
	//
	//    1  Yes, I am
	//    2  No, I am younger
	//       [Back]
	//
	// > 1
}

// printer writes to the standard output of the moment.
type printer struct{}

func (printer) Write(p []byte) (int, error) { return fmt.Print(string(p)) }
