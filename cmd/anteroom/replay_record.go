package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"anteroom/bot"
)

// recorder is a chat that is written down as a transcript. It is played as a
// transcript is, so that a replay comes out alike; each line is in the file
// before the next is read.
type recorder struct {
	play    *play
	file    *os.File
	written int
}

// newRecorder begins a transcript in a new or empty file, whose folder it makes.
// The channels show what is said.
func newRecorder(practice *bot.Practice, path string, log *slog.Logger, client, desk bot.Channel) (*recorder, error) {
	pl, err := newPlayer(practice)
	if err != nil {
		return nil, err
	}
	var file *os.File
	if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
		file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("-record %s: %w", path, cause(err))}
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errors.New("this is no plain file")
	case info.Size() > 0:
		err = errors.New("the file holds something already: name a new one")
	}
	if err != nil {
		file.Close()
		return nil, usageError{fmt.Errorf("-record %s: %w", path, cause(err))}
	}
	r := &recorder{file: file}
	if r.play, err = pl.begin(); err != nil {
		file.Close()
		return nil, err
	}
	r.play.client, r.play.desk, r.play.log = client, desk, log
	return r, nil
}

// begin writes what stands before the first words: a title, how people are
// spoken to, and the language of the person's messenger, where they are not the
// usual ones.
func (r *recorder) begin(ctx context.Context, lang, form string) error {
	lines := []string{"# A chat, as it was recorded"}
	if form != "" {
		lines = append(lines, "= practice: everybody says "+form)
	}
	if lang != "" {
		lines = append(lines, "--- "+r.play.chat+" ("+lang+")")
	}
	for _, line := range lines {
		if err := r.play.take(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// Receive plays what was typed, or the button that it stood for. See [bot.Receiver].
func (r *recorder) Receive(ctx context.Context, in bot.Inbound) error {
	var line string
	switch what := in.What.(type) {
	case bot.Words:
		line = typed(what.Text)
	case bot.Press:
		line = r.play.screen(r.play.chat).presses(what.Data)
	default:
		return fmt.Errorf("a %T cannot be recorded", in.What)
	}
	if err := r.play.take(ctx, line); err != nil {
		return err
	}
	n, err := r.file.Write(r.play.out.Bytes()[r.written:])
	r.written += n
	return err
}

func (r *recorder) close() {
	r.file.Close()
	r.play.store.Close()
}
