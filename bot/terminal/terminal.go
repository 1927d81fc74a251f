// Package terminal is a chat in a terminal or over a pipe: what the bot says
// is printed, each line read is what the person typed. A button is pressed by
// its number in the list that was printed last, or by its words.
//
// It exists so that a dialog can be tried by whoever wrote it, on a machine
// that has nothing but the program. It keeps nothing.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"anteroom/bot"
)

// Name is the channel's name.
const Name bot.ChannelName = "terminal"

// Terminal is one person's chat. It is made by [New].
type Terminal struct {
	in    *bufio.Reader
	out   io.Writer
	echo  bool // print what was read: the input is not typed by hand
	width int
	lines int

	mu     sync.Mutex   // what follows is also written by who sends
	list   []bot.Button // what the numbers printed last stand for
	shown  []bot.Button // all buttons printed since the last line that was read
	before bool         // a line was read since
}

// Options of a [Terminal].
type Options struct {
	In    io.Reader
	Out   io.Writer
	Echo  bool // repeat each line read, for input that is not typed by hand
	Width int  // columns; 0 is 78
}

// New makes a terminal.
func New(o Options) *Terminal {
	if o.Width == 0 {
		o.Width = 78
	}
	return &Terminal{in: bufio.NewReader(o.In), out: o.Out, echo: o.Echo, width: o.Width}
}

// Name is "terminal".
func (t *Terminal) Name() bot.ChannelName { return Name }

// longest is how much of one line is read; the rest of it is left out.
const longest = 16 << 10

// Read reads one line of the person and gives it to the receiver. It returns
// io.EOF at the end of the input.
func (t *Terminal) Read(ctx context.Context, p bot.PracticeID, to bot.Receiver) error {
	line, err := t.line()
	if err != nil {
		return err
	}
	t.lines++
	if t.echo {
		fmt.Fprintf(t.out, "> %s\n\n", clean(line))
	} else {
		fmt.Fprintln(t.out)
	}
	return t.Receive(ctx, p, to, line)
}

// Receive gives one line to the receiver as if it had been read.
func (t *Terminal) Receive(ctx context.Context, p bot.PracticeID, to bot.Receiver, line string) error {
	id := "line-" + strconv.Itoa(t.lines)
	in := bot.Inbound{Practice: p, Channel: Name, ID: id, Chat: "terminal"}
	if b, ok := t.pressed(clean(line)); ok {
		in.What = bot.Press{Data: b.Data}
	} else {
		in.Message, in.What = id, bot.Words{Text: clean(line)}
	}
	return to.Receive(ctx, in)
}

// pressed is the button that a line stands for: the words of one that was just
// printed, or else its number in the list that was printed last. The buttons of
// a scale have no numbers besides: 11 is none of them.
func (t *Terminal) pressed(line string) (bot.Button, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before = true
	line = strings.TrimSpace(line)
	for _, b := range slices.Backward(t.shown) {
		if strings.EqualFold(strings.TrimPrefix(b.Label, "✓ "), line) {
			return b, true
		}
	}
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(t.list) {
		b := t.list[n-1]
		_, err := strconv.Atoi(b.Label)
		return b, err != nil
	}
	return bot.Button{}, false
}

// prints notes the buttons of a message. One without any leaves those before it.
func (t *Terminal) prints(rows [][]bot.Button) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before {
		t.shown, t.before = nil, false
	}
	t.list = nil
	for _, b := range slices.Concat(rows...) {
		b.Label = clean(b.Label)
		if !b.Always {
			t.list = append(t.list, b)
		}
	}
	t.shown = append(t.shown, t.list...)
}

func (t *Terminal) line() (string, error) {
	var b strings.Builder
	for {
		part, more, err := t.in.ReadLine()
		if err != nil {
			if errors.Is(err, io.EOF) && b.Len() > 0 {
				return b.String(), nil
			}
			return "", err
		}
		if b.Len() < longest {
			b.Write(part[:min(len(part), longest-b.Len())])
		}
		if !more {
			return b.String(), nil
		}
	}
}

// clean takes out what is no text: control characters, signs that turn letters
// about, and broken UTF-8. It
// serves both ways, since what is printed may quote what was typed.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		turns := r >= '\u202A' && r <= '\u202E' // the direction of what stands around it
		if r == '\uFFFD' || turns || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// Send prints a message. What was printed stays where it is: a sweep says in
// one line what a messenger would have taken out of the chat, and of a document
// only its name and type are shown. It is written nowhere.
func (t *Terminal) Send(_ context.Context, d bot.Delivery) ([]byte, error) {
	switch body := d.Body.(type) {
	case bot.Text:
		t.print(body.Text)
		t.options(body.Buttons)
	case bot.Redraw:
		t.options(body.Buttons)
	case bot.Document:
		fmt.Fprintf(t.out, "(a file: %s, %s)\n\n", oneLine(body.Name), oneLine(body.Type))
	case bot.Sweep:
		t.mu.Lock()
		t.shown, t.list = nil, nil // what is swept has no buttons
		t.mu.Unlock()
		fmt.Fprintf(t.out, "(swept: %s)\n\n", messages(len(body.Messages)))
		return nil, nil
	default:
		return nil, &bot.Failure{Why: bot.Impossible, Err: fmt.Errorf("a terminal shows no %T", d.Body)}
	}
	return []byte(d.ID), nil
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return strconv.Itoa(n) + " messages"
}

// oneLine is clean without the ends of lines.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func (t *Terminal) print(text string) {
	for line := range strings.SplitSeq(clean(text), "\n") {
		fmt.Fprintln(t.out, wrap(line, t.width))
	}
	fmt.Fprintln(t.out)
}

// options prints the answers with their numbers, and the ways out below.
func (t *Terminal) options(rows [][]bot.Button) {
	if len(rows) == 0 {
		return
	}
	t.prints(rows)
	n := 0
	var always []string
	var short []string
	flush := func() {
		if len(short) > 0 {
			fmt.Fprintln(t.out, "  "+strings.Join(short, "   "))
			short = nil
		}
	}
	for _, row := range rows {
		for _, b := range row {
			b.Label = clean(b.Label)
			switch {
			case b.Always:
				always = append(always, b.Label)
			default:
				n++
				if len(row) > 2 { // a scale: its label is its number
					short = append(short, b.Label)
					continue
				}
				flush()
				fmt.Fprintf(t.out, "  %2d  %s\n", n, b.Label)
			}
		}
	}
	flush()
	if len(always) > 0 {
		fmt.Fprintf(t.out, "      [%s]\n", strings.Join(always, " · "))
	}
	fmt.Fprintln(t.out)
}

// wrap breaks a line at spaces so that it fits.
func wrap(s string, width int) string {
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
