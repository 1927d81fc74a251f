package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot"
)

// playText writes a transcript into a folder and plays it.
func playText(t *testing.T, pl *player, text string) (said string, good bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r := &replayer{player: pl, out: &out}
	good = r.say("t.txt", r.one(t.Context(), path))
	return strings.ReplaceAll(out.String(), path, "t.txt"), good
}

// TestReplayMends: whatever is wrong with a transcript is said with its line
// and what to do.
func TestReplayMends(t *testing.T) {
	pl := builtinPlayer(t)
	tests := []struct{ name, text, want string }{
		{"empty", "", "t.txt:1: nobody writes anything in it: begin with what a client does, as in > /start"},
		{"remarks only", "# nothing\n\n", "t.txt:1: nobody writes anything in it: "},
		{"binary", "> /start\n\x00\x01\x02", "t.txt:2: this is no text: save the file as UTF-8"},
		{"broken letters", "> /start\n< caf\xe9\n", "t.txt:2: this is no text: save the file as UTF-8"},
		{"another mark", "> /start\nHello.\n", "t.txt:2: this is no line of a transcript: what a client writes begins with >, "},
		{"a mark of nothing", "> /start\n- Kim\n", "t.txt:2: this is no line of a transcript"},
		{"dots of nothing", "> /start\n… and so on\n", "t.txt:2: this is no line of a transcript"},
		{"no such button", "> /start\n> [Nothing]\n", "t.txt:2: there is no button [Nothing]: press one of [Start] "},
		{"no button at all", "> [Start]\n", "t.txt:1: there is no button [Start]: none stands there"},
		{"no old button", "> /start\n> (old button: Start)\n", "t.txt:2: there is no button [Start]: none stands there"},
		{"no such thing", "> (smoke signal)\n", "t.txt:1: (smoke signal) is nothing that a person does here: write (contact), (file), "},
		{"nothing again", "> (same again)\n", "t.txt:1: nothing was written yet that could come again"},
		{"no clock", "> /start\n@ tomorrow\n", "t.txt:2: write how far the clock moves as +26h or +9d"},
		{"back in time", "> /start\n@ -3h\n", "t.txt:2: write how far the clock moves"},
		{"a very long time", "> /start\n@ +99999999999d\n", "t.txt:2: write how far the clock moves"},
		{"nobody's chat", "> /start\n--- -\n", "t.txt:2: say whose chat it is: --- Kim"},
		{"no language", "--- Kim (12 34)\n> /start\n", "t.txt:1: “12 34” is no language: write it as in --- Kim (es)"},
		{"no therapist", "> /start\n= hm\n", "t.txt:2: this is nothing that a therapist does: write = summary ana, "},
		{"no decision", "> /start\n= ana: dance\n", "t.txt:2: part 1 is nothing that a therapist decides: write offer, "},
		{"no times", "> /start\n= ana: offer times soon\n", "t.txt:2: write times as 2026-12-03 10:00, "},
		{"no change", "= practice: more money\n> /start\n", "t.txt:1: write: sam carries compulsive 5, "},
		{"no such change", "= practice: ana sings opera\n> /start\n", "t.txt:1: write: sam carries compulsive 5, "},
		{"a change of nobody", "= practice: zoe sees solo\n> /start\n", "t.txt:1: nobody at the practice is called zoe: use an id of its roster"},
		{"a late change", "> /start\n= practice: ana works online\n", "t.txt:2: the practice is made another one before the first words: move the line up"},
		{"as in nothing", "… as in somewhere\n", "t.txt:1: name a file and a line of it, as in "},
		{"as in no file", "… as in somewhere, as far as [Start]\n", "t.txt:1: there is no somewhere.txt beside this file"},
		{"as in another folder", "… as in ../t, as far as [Start]\n", "t.txt:1: name a file of the same folder "},
		{"as in itself", "… as in t, as far as [Start]\n", "t.txt:1: t.txt:1: t.txt:1: this line takes over itself: name another file, or a line before this one"},
		{"as in itself, from", "… as in t, from [Stop] as far as [Start]\n> x\n", "t.txt:1: t.txt has no line > [Stop]"},
		{"as in itself, no button", "… as in t, from [Start] as far as [Start]\n> [Start]\n", "t.txt:1: t.txt:2: there is no button [Start]: none stands there"},
		{"as in itself, no clock", "> /start\n… as in t, from x as far as y\n> x\n@ soon\n> y\n", "t.txt:2: t.txt:4: write how far the clock moves as +26h or +9d"},
		{"as in itself, a late change", "> /start\n… as in t, from x as far as y\n> x\n= practice: ana works online\n> y\n", "t.txt:2: t.txt:4: the practice is made another one before the first words: move the line up"},
		{"further in", "> /start\n > [Start]\n", "t.txt:2: what is done begins at the beginning of the line, and here stands a space: take it out"},
		{"the clock further in", "> /start\n\t@ +3d\n", "t.txt:2: what is done begins at the beginning of the line"},
		{"a therapist further in", "> /start\n  = due\n", "t.txt:2: what is done begins at the beginning of the line"},
		{"another chat further in", "> /start\n --- Kim\n", "t.txt:2: what is done begins at the beginning of the line"},
		{"a change of a topic that is none", "= practice: ana declines kinky\n> /start\n", "t.txt:1: nobody declines kinky: use low-desire, "},
		{"a change of a group that is none", "= practice: sam carries compulsion 5\n> /start\n", "t.txt:1: nobody carries compulsion: use compulsive, couples, "},
		{"a change of a number that is none", "= practice: sam carries compulsive few\n> /start\n", "t.txt:1: “few” is no number of cases: write: sam carries "},
		{"a change of people that are none", "= practice: everybody sees solo couples\n> /start\n", "t.txt:1: nobody sees couples: use solo, couple"},
		{"a change of a place that is none", "= practice: ana works remotely\n> /start\n", "t.txt:1: nobody works remotely: use online, in-person"},
		{"a change and more", "= practice: ana declines kink strictly\n> /start\n", "t.txt:1: write: sam carries compulsive 5, "},
		{"large", "> /start\n" + strings.Repeat("# again and again\n", 300_000), "t.txt: more than 4 MB: split it into several conversations"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, good := playText(t, pl, test.text)
			if good || !strings.HasPrefix(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q, want %q and one line", got, test.want)
			}
		})
	}
}

// replayed plays a shipped transcript and returns the file as it would be
// written now.
func replayed(t *testing.T, pl *player, name string) *transcript {
	t.Helper()
	file, err := readTranscript(filepath.Join(transcripts, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := pl.play(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &transcript{path: file.path, text: p.out.String()}
}

// TestReplayOtherLineEnds: a file of another system is the same file.
func TestReplayOtherLineEnds(t *testing.T) {
	pl := builtinPlayer(t)
	file := replayed(t, pl, "consent-refused.txt")
	got, good := playText(t, pl, "\ufeff"+strings.ReplaceAll(file.text, "\n", "\r\n"))
	if !good {
		t.Errorf("with \\r\\n:\n%s", got)
	}
}

// TestReplayAsIn: all that is done in another file is done, what another person
// does, the clock, and what that file takes over; and afterwards buttons are
// written out again.
func TestReplayAsIn(t *testing.T) {
	pl := builtinPlayer(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"one": "> /start\n> [Start]\n", "two": "… as in one, as far as [Start]\n--- Kim (es)\n@ +1h\n> /start\n> hola\n"} {
		if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := pl.play(t.Context(), &transcript{path: filepath.Join(dir, "t.txt"), text: "… as in two, as far as hola\n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(p.screens)); !slices.Equal(got, []string{"Kim", "client"}) || p.chat != "Kim" || p.last.Locale != "es" {
		t.Errorf("the chats are %q, and it is that of %s in %s; want Kim's in es, and the client's", got, p.chat, p.last.Locale)
	}
	if got, want := p.clock(p.now), "Monday 23 November 2026, 11:01"; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

// TestReplayKeepsLineEnds: a file of another system is written anew as one.
func TestReplayKeepsLineEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.txt")
	if err := os.WriteFile(path, []byte("# A title\r\n> /start\r\n< Hm.\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &replayer{player: builtinPlayer(t), out: io.Discard, update: true}
	if !r.say(path, r.one(t.Context(), path)) {
		t.Fatal("it cannot be written")
	}
	data, err := os.ReadFile(path)
	if got := string(data); err != nil || strings.Count(got, "\n") < 5 || strings.Count(got, "\r\n") != strings.Count(got, "\n") {
		t.Errorf("got %q, %v; want all its lines to end in \\r\\n", got, err)
	}
}

// TestBlock: no line that the bot says reads as what somebody does.
func TestBlock(t *testing.T) {
	got := block("< ", "You wrote:\n> hi\nall\n= due\n[Start]")
	if diff := cmp.Diff(got, []string{"< You wrote:", "< > hi", "  all", "< = due", "  [Start]"}); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// TestReplayLeakOfTyped: a safety answer is one too when it is typed, in words
// or as a number.
func TestReplayLeakOfTyped(t *testing.T) {
	leaky := *builtinPlayer(t)
	leaky.never = map[string]bool{"Weekday mornings": true}
	file := replayed(t, &leaky, "expert-has-room.txt")
	for _, words := range []string{"weekday mornings", "3"} {
		before, after, ok := strings.Cut(file.text, "> [Weekday mornings]\n")
		if !ok {
			t.Fatal("nobody chooses that")
		}
		if p, err := leaky.play(t.Context(), &transcript{path: file.path, text: before + "> " + words + "\n" + after}, nil); err != nil || len(p.leaks) != 1 {
			t.Errorf("%s: got %v and %v, want one leak", words, p.leaks, err)
		}
	}
}

// TestReplayLeak: a safety answer that the bot says again is found, whatever the
// file says.
func TestReplayLeak(t *testing.T) {
	leaky := *builtinPlayer(t)
	leaky.never = map[string]bool{"Weekday mornings": true, "Start": true}
	file := replayed(t, &leaky, "expert-has-room.txt")
	p, err := leaky.play(t.Context(), file, nil)
	if err != nil || len(p.leaks) != 1 {
		t.Fatalf("got %v and %v, want one leak", p.leaks, err)
	}
	line := ""
	for n, s := range file.lines() {
		if n == p.leaks[0].line {
			line = s
		}
	}
	var out strings.Builder
	if (&replayer{player: &leaky, out: &out}).say("t.txt", played{file: file, play: p}) {
		t.Error("it counts as good")
	}
	want := fmt.Sprintf("t.txt:%d: the answer “Weekday mornings” may never stand in a chat, and is said again here\n", p.leaks[0].line)
	if out.String() != want || !strings.HasPrefix(line, "> ") {
		t.Errorf("got %q after the line %q, want %q", out.String(), line, want)
	}
}

// TestReplayLocale: what a person's messenger says of the language is told to
// the service, for that person alone.
func TestReplayLocale(t *testing.T) {
	p, err := builtinPlayer(t).play(t.Context(), &transcript{path: "t.txt", text: "--- Kim (es)\n> /start\n--- Bo\n> /start\n--- Kim\n> /help\n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.last.Locale, "es"; got != want {
		t.Errorf("Kim's locale is %q, want %q", got, want)
	}
	var first []string
	for _, chat := range slices.Sorted(maps.Keys(p.screens)) {
		first = append(first, chat+": "+p.screens[chat].buttons[0].Label)
	}
	if diff := cmp.Diff(first, []string{"Bo: Start", "Kim: Empezar"}); diff != "" {
		t.Errorf("first buttons (-got +want):\n%s", diff)
	}
}

// TestTypedWords: whatever somebody types is recorded as words, and read as those.
func TestTypedWords(t *testing.T) {
	pl := builtinPlayer(t)
	p, err := pl.begin()
	if err != nil {
		t.Fatal(err)
	}
	defer p.store.Close()
	check := func(t interface{ Errorf(string, ...any) }, words string) {
		line := typed(words)
		if got, err := doing(line); !got || err != nil {
			t.Errorf("%q: got no line of a transcript, %v", line, err)
			return
		}
		what, err := p.input(strings.TrimSpace(line[1:]))
		if diff := cmp.Diff(what, bot.What(bot.Words{Text: strings.TrimSpace(words)})); diff != "" || err != nil || line == "> (same again)" {
			t.Errorf("%q is played as %v (%v)", line, what, err)
		}
	}
	for _, words := range []string{"", " ", "[Start]", "(photo)", "(same again)", "(writes: [x])", "[x", "(y", "<", "# a", "@ +3d", "--- Kim", "= due"} {
		check(t, words)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOfN(rapid.SampledFrom([]rune("[]()<>#@=-…ab \t:✓")), 0, 12, -1).Draw(t, "words"))
	})
}

// FuzzReplay: no file brings the player down.
func FuzzReplay(f *testing.F) {
	for _, seed := range []string{"> /start\n> [Start]\n> [I agree]\n", "--- Kim (es)\n> (photo)\n@ +3d\n= due\n= summary ana\n",
		"= practice: sam carries compulsive 5\n> hi\n= ana: offer times 2026-12-03 10:00; with ruth; names: a | b\n", "… as in t, as far as x\n> x\n", "-", "…", "> \n>\n>  \n"} {
		f.Add(seed)
	}
	practice, _, err := loadPractice("")
	if err != nil {
		f.Fatal(err)
	}
	pl, err := newPlayer(practice)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 {
			return
		}
		file := &transcript{path: "t.txt", text: text}
		first, err := pl.play(t.Context(), file, newTrail(practice.Library).note)
		if err != nil {
			return
		}
		// What was written plays alike.
		again, err := pl.play(t.Context(), &transcript{path: "t.txt", text: first.out.String()}, nil)
		if err != nil || again.out.String() != first.out.String() {
			t.Errorf("%q: played again it comes out otherwise (%v):\n%s\n%s", text, err, first.out.String(), again.out.String())
		}
	})
}

func TestPrintDifferences(t *testing.T) {
	want := "# title\n\n> /start\n< Hello.\n  [Yes] [No]\n\n> [Yes]\n< A line that is long enough to be folded when two of it stand side by side.\n"
	got := "# title\n\n> /start\n< Good day.\n  [Yes] [No]\n\n> [Yes]\n< A line that is long enough to be folded when two of it stand side by side.\n< One more.\n"
	unified := differences("t.txt", want, got)
	tests := []struct {
		name   string
		width  int
		colour bool
		want   string
	}{
		{"unified", 0, false, `--- t.txt (the file)
+++ t.txt (now)
@@ -1,8 +1,9 @@
 # title
 
 > /start
-< Hello.
+< Good day.
   [Yes] [No]
 
 > [Yes]
 < A line that is long enough to be folded when two of it stand side by side.
+< One more.
`},
		{"side by side", 80, false, `the file, from line 1 ─────────────────┬─now───────────────────────────────────
# title                                | # title
                                       |
> /start                               | > /start
< Hello.                               | < Good day.
  [Yes] [No]                           |   [Yes] [No]
                                       |
> [Yes]                                | > [Yes]
< A line that is long enough to be     | < A line that is long enough to be
  folded when two of it stand side by  |   folded when two of it stand side by
  side.                                |   side.
                                       | < One more.
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			printDifferences(&b, unified, test.width, test.colour)
			if diff := cmp.Diff(b.String(), test.want); diff != "" {
				t.Error(diff)
			}
			b.Reset()
			printDifferences(&b, unified, test.width, true)
			bare := strings.NewReplacer(red, "", green, "", faint, "", plain, "").Replace(b.String())
			if bare == b.String() || !strings.Contains(b.String(), red) || cmp.Diff(trimmed(bare), trimmed(test.want)) != "" {
				t.Errorf("in colour:\n%s", b.String())
			}
		})
	}
}

// trimmed leaves out spaces at the ends of lines.
func trimmed(s string) (lines []string) {
	for line := range strings.Lines(s) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}

// TestPrintDifferencesNeverBreaks: any texts, any width.
func TestPrintDifferencesNeverBreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOfN(rapid.SampledFrom([]rune("ab -+@\\é")), 0, 120, -1)
		a := strings.Join(rapid.SliceOfN(line, 0, 12).Draw(t, "a"), "\n")
		b := strings.Join(rapid.SliceOfN(line, 0, 12).Draw(t, "b"), "\n")
		width := rapid.IntRange(-1, 200).Draw(t, "width")
		var out bytes.Buffer
		unified := differences("t.txt", a, b)
		if (unified == "") != (a == b) {
			t.Fatalf("%q and %q: got %q", a, b, unified)
		}
		printDifferences(&out, unified, width, rapid.Bool().Draw(t, "colour"))
	})
}
