package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"anteroom/dialogs/safety"
)

var screenCommand = command{
	run:  screening,
	name: "screen", args: "", short: "what the safety rules find in lines of text",
	long: `Reads lines of LANGUAGE, a tab and TEXT on standard input, and writes for each the class that the
safety rules find and the rule, with a tab between: crisis, child, emergency, ipv, medical,
solicitation, kink, or none and a dash. The language is for the reader; the rules of all languages
look at every text. Each line has its answer as it comes: an empty one is none, and of a line that
cannot be read both are a dash; what is wrong with those is told at the end, with exit code 1. No line is kept.

With -labelled, lines of LABEL, LANGUAGE and TEXT are read from a file, "-" being standard input, and
the table of what was expected and what was found is written, with how much each class found of its
own (recall), how much of what it found was its own (precision), and the false alarms. With -lang,
only the lines of that language count; with -misses, the lines whose class is wrong come first, each
as LABEL, CLASS, RULE, LANGUAGE and TEXT.

  printf 'en\tI want to die\n' | anteroom screen
  anteroom screen -labelled corpus.tsv
  anteroom screen -practice DIR < lines.tsv     with the practice's own rules, DIR/safety/LANGUAGE/*.yaml`,
}

// lineSize is how long a line of a file may be, in bytes.
const lineSize = 16 << 20

func screening(_ context.Context, p *program, c command, args []string) error {
	fl := newFlags("screen")
	labelled := fl.String("labelled", "", "`FILE` of lines whose class is known")
	lang := fl.String("lang", "", "with -labelled: only lines of this `LANGUAGE`")
	misses := fl.Bool("misses", false, "with -labelled: the lines whose class is wrong, too")
	settings := p.settingsOf(fl, "practice")
	if err := p.parse(c, fl, args, 0); err != nil {
		return err
	}
	cfg, err := settings()
	if err != nil {
		return err
	}
	files, err := filesOf(cfg.Practice)
	if err != nil {
		return err
	}
	rules, err := readScreen(files)
	if err != nil {
		return usageError{inFolder(cfg.Practice, err)}
	}
	if *labelled == "" && (*lang != "" || *misses) {
		return usageError{errors.New("-lang and -misses go with -labelled FILE")}
	}
	if *labelled == "" {
		return p.screenLines(rules)
	}
	name, in := "standard input", p.stdin
	if *labelled != "-" {
		f, err := os.Open(*labelled)
		if err != nil {
			return usageError{fmt.Errorf("-labelled: cannot read %s: %w", *labelled, cause(err))}
		}
		defer f.Close()
		name, in = *labelled, f
	}
	return p.screenLabelled(rules, name, in, *lang, *misses)
}

// screenLines answers each line as it comes, so that the answers stand beside
// the lines whatever is wrong with some.
func (p *program) screenLines(rules *safety.Rules) error {
	var wrong []error
	for fields, what := range linesOf("standard input", p.stdin, 2) {
		class, rule := safety.None, "-"
		switch {
		case what != nil:
			class, wrong = "-", append(wrong, what)
		case fields != nil:
			class, rule = verdict(rules, fields[1])
		}
		if _, err := fmt.Fprintf(p.stdout, "%s\t%s\n", class, rule); err != nil {
			return err
		}
	}
	return p.bad(wrong)
}

// verdict is the most serious class of a text, and its rule.
func verdict(rules *safety.Rules, text string) (safety.Class, string) {
	found := rules.Screen(text)
	if len(found) == 0 {
		return safety.None, "-"
	}
	return found[0].Class, found[0].Rule
}

// screenLabelled writes the table of labels and findings.
func (p *program) screenLabelled(rules *safety.Rules, name string, in io.Reader, lang string, misses bool) error {
	t, out := newConfusion(), bufio.NewWriter(p.stdout)
	var wrong []error
	for fields, what := range linesOf(name, in, 3) {
		if what != nil {
			wrong = append(wrong, what)
		}
		if fields == nil || lang != "" && fields[1] != lang {
			continue
		}
		label := safety.Class(fields[0])
		class, rule := verdict(rules, fields[2])
		t.add(label, class)
		if misses && class != label {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", label, class, rule, fields[1], fields[2])
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := p.bad(wrong); err != nil {
		return err
	}
	if t.lines == 0 {
		return usageError{fmt.Errorf("%s has no lines: write LABEL, a tab, LANGUAGE, a tab and TEXT", name)}
	}
	return t.write(p.stdout)
}

// bad tells the lines that could not be read.
func (p *program) bad(wrong []error) error {
	if len(wrong) == 0 {
		return nil
	}
	for _, err := range wrong {
		fmt.Fprintln(p.stderr, err)
	}
	return errFound
}

// linesOf yields each line cut at its tabs, nothing for an empty one, and of one
// that cannot be read what is wrong with it, where, and the mend.
func linesOf(name string, in io.Reader, fields int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		lines, n := bufio.NewScanner(in), 1
		lines.Buffer(nil, lineSize)
		for ; lines.Scan(); n++ {
			line := lines.Bytes()
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			parts := strings.SplitN(string(line), "\t", fields)
			var what error
			switch {
			case len(bytes.TrimSpace(line)) == 0:
				parts = nil
			case len(parts) < fields && fields == 2:
				what = errors.New("the line has no tab: write LANGUAGE, a tab, TEXT")
			case len(parts) < fields:
				what = errors.New("the line has too few tabs: write LABEL, a tab, LANGUAGE, a tab, TEXT")
			case strings.TrimSpace(parts[fields-2]) == "":
				what = errors.New("the line names no language: write one before the text, as in en")
			case !utf8.Valid(line):
				what = errors.New("the line is not UTF-8: save it as UTF-8")
			case fields == 3 && !slices.Contains(safety.Classes(), safety.Class(parts[0])):
				what = fmt.Errorf("%q is no label: use %s", parts[0], strings.Join(classNames(), ", "))
			}
			if what != nil {
				parts, what = nil, fmt.Errorf("%s:%d: %w", name, n, what)
			}
			if !yield(parts, what) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(nil, fmt.Errorf("%s:%d: the line is longer than %d MiB, and nothing behind it was read: cut it", name, n, lineSize>>20))
		case err != nil:
			yield(nil, fmt.Errorf("read %s: %w", name, err))
		}
	}
}

func classNames() []string {
	var names []string
	for _, c := range safety.Classes() {
		names = append(names, string(c))
	}
	return names
}

// confusion counts what was expected against what was found.
type confusion struct {
	lines int
	count map[safety.Class]map[safety.Class]int // label, found
}

func newConfusion() *confusion {
	t := &confusion{count: make(map[safety.Class]map[safety.Class]int)}
	for _, c := range safety.Classes() {
		t.count[c] = make(map[safety.Class]int)
	}
	return t
}

func (t *confusion) add(label, found safety.Class) {
	t.lines++
	t.count[label][found]++
}

// ratio is part of whole as it is read, a dash for none.
func ratio(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(part)/float64(whole))
}

// write is the table, a row a label, and below it what it comes to.
func (t *confusion) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	row := func(cells ...any) {
		for i, c := range cells {
			if i == 0 {
				fmt.Fprintf(out, "%-13s", c)
			} else {
				fmt.Fprintf(out, "%13v", c)
			}
		}
		fmt.Fprintln(out)
	}
	head := []any{"label"}
	for _, c := range safety.Classes() {
		head = append(head, c)
	}
	row(append(head, "recall", "precision")...)
	body, bodyLines, alarms, quiet := 0, 0, 0, 0
	for _, label := range safety.Classes() {
		cells, lines, found := []any{label}, 0, 0
		for _, c := range safety.Classes() {
			n := t.count[label][c]
			cells, lines, found = append(cells, n), lines+n, found+t.count[c][label]
			if !label.Alarm() && c.Alarm() {
				alarms += n
			}
		}
		right := t.count[label][label]
		row(append(cells, ratio(right, lines), ratio(right, found))...)
		switch label {
		case safety.Emergency, safety.Medical:
			bodyLines += lines
			body += t.count[label][safety.Emergency] + t.count[label][safety.Medical]
		case safety.Kink, safety.None:
			quiet += lines
		}
	}
	fmt.Fprintf(out, "\nlines                       %d\nmedical or emergency found  %s\nfalse alarms                %s of kink and none\n",
		t.lines, ratio(body, bodyLines), ratio(alarms, quiet))
	return out.Flush()
}
