package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/draw"
)

// countsIn reads how many came to each step and left there, by dialog; nil
// without a file. The counts of a step in a called dialog belong to the
// dialog that it is written in. Named are the dialogs that a line without a
// dialog can mean; none means all.
func countsIn(lib *script.Library, file string, named []string) (map[string]map[string]draw.Count, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("-stats: cannot read %s: %w", file, cause(err))}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(named) == 0 {
		named = lib.Names()
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.ContainsRune(first, '\t') {
		r.Comma = '\t'
	}
	counts := make(map[string]map[string]draw.Count)
	var problems []error
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, usageError{fmt.Errorf("%s:%d:%d: %w", file, bad.Line, bad.Column, bad.Err)}
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if err := addCount(lib, named, counts, fields); err != nil {
			if first && errors.Is(err, errNoNumber) {
				continue // the names of the columns
			}
			line, _ := r.FieldPos(0)
			problems = append(problems, fmt.Errorf("%s:%d: %w", file, line, err))
		}
	}
	if len(problems) == 0 && len(counts) == 0 {
		problems = append(problems, fmt.Errorf("%s has no line STEP, CAME, LEFT", file))
	}
	return counts, joinUsage(problems)
}

var errNoNumber = errors.New("not a whole number")

// addCount adds one line.
func addCount(lib *script.Library, named []string, counts map[string]map[string]draw.Count, fields []string) error {
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	if len(fields) == 4 {
		if _, ok := lib.Dialog(fields[0]); !ok && isNumber(fields[2]) {
			return fmt.Errorf("there is no dialog %q; there are: %s", fields[0], strings.Join(lib.Names(), ", "))
		}
		named, fields = fields[:1], fields[1:]
	}
	if len(fields) != 3 {
		return errors.New("write STEP, CAME, LEFT or DIALOG, STEP, CAME, LEFT")
	}
	var numbers [2]int
	for i, field := range fields[1:] {
		if !isNumber(field) {
			return fmt.Errorf("%q is %w", field, errNoNumber)
		}
		numbers[i], _ = strconv.Atoi(field)
	}
	c := draw.Count{Reached: numbers[0], Left: numbers[1]}
	if c.Left > c.Reached {
		return fmt.Errorf("%d left and only %d came", c.Left, c.Reached)
	}
	var in []string
	var step *script.Step
	for _, name := range named {
		if d, ok := lib.Dialog(name); ok {
			if s, ok := d.Step(fields[0]); ok {
				in, step = append(in, name), s
			}
		}
	}
	switch {
	case len(in) == 0:
		return fmt.Errorf("there is no step %q in %s", fields[0], strings.Join(named, ", "))
	case len(in) > 1:
		return fmt.Errorf("the step %q is in %s: write DIALOG, STEP, CAME, LEFT", fields[0], strings.Join(in, ", "))
	}
	dialog, id := in[0], step.ID
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		dialog, id = step.Home, id[i+1:]
	}
	if counts[dialog] == nil {
		counts[dialog] = make(map[string]draw.Count)
	}
	sum := counts[dialog][id]
	counts[dialog][id] = draw.Count{Reached: sum.Reached + c.Reached, Left: sum.Left + c.Left}
	return nil
}

// isNumber reports a whole number that could be a count of people.
func isNumber(s string) bool {
	return s != "" && len(s) <= 9 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
