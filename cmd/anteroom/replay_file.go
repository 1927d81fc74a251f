package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// largestTranscript is how many bytes of a transcript are read.
const largestTranscript = 4 << 20

// transcript is a file as it was read.
type transcript struct {
	path string
	text string // with plain line ends
	crlf bool   // the file has those of another system
}

// readTranscript reads a file and looks whether it can be a transcript at all.
func readTranscript(path string) (*transcript, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, largestTranscript+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	text := bytes.ReplaceAll(bytes.TrimPrefix(raw, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	t := &transcript{path: path, text: string(text), crlf: bytes.Contains(raw, []byte("\r\n"))}
	if len(raw) > largestTranscript {
		return nil, fmt.Errorf("%s: more than %d MB: split it into several conversations", path, largestTranscript>>20)
	}
	played := false
	for n, line := range t.lines() {
		if strings.ContainsRune(line, 0) || !utf8.ValidString(line) {
			return nil, t.at(n, errors.New("this is no text: save the file as UTF-8"))
		}
		played = played || strings.HasPrefix(line, ">") || strings.HasPrefix(line, asInMark)
	}
	if !played {
		return nil, t.at(1, errors.New("nobody writes anything in it: begin with what a client does, as in > /start"))
	}
	return t, nil
}

// lines are the file's lines, counted from one, without spaces at the end.
func (t *transcript) lines() func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(t.text) {
			n++
			if !yield(n, strings.TrimRight(line, " \n")) {
				return
			}
		}
	}
}

// at says where in the file something is wrong.
func (t *transcript) at(line int, err error) error {
	return fmt.Errorf("%s:%d: %w", t.path, line, err)
}

// sibling is the transcript of that name in the same folder.
func (t *transcript) sibling(name string) (*transcript, error) {
	if name == "" || name != filepath.Base(name) {
		return nil, errors.New("name a file of the same folder without its ending, as in … as in short-path, as far as [Start]")
	}
	other, err := readTranscript(filepath.Join(filepath.Dir(t.path), name+".txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s.txt beside this file", name)
	}
	return other, err
}

// listTranscripts makes files of what was named: a folder is all transcripts in
// it. What cannot be there is reported together.
func listTranscripts(named []string) ([]string, error) {
	var files []string
	var problems []error
	for _, path := range named {
		info, err := os.Stat(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, cause(err)))
			continue
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		found, err := fs.Glob(os.DirFS(path), "*.txt")
		if err == nil && len(found) == 0 {
			err = errors.New("no transcript lies in this folder; their names end in .txt")
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
		}
		slices.Sort(found)
		for _, name := range found {
			files = append(files, filepath.Join(path, name))
		}
	}
	return files, joinUsage(problems)
}

// rewrite puts a new text in the file's place at once, with the line ends that
// it has, or leaves it as it is.
func (t *transcript) rewrite(text []byte) error {
	info, err := os.Stat(t.path)
	if err != nil {
		return err
	}
	if t.crlf {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	return writeWhole(t.path, text, info.Mode().Perm())
}

// writeWhole replaces a file, or leaves it as it was.
func writeWhole(path string, data []byte, perm fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(perm), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
