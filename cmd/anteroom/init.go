package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anteroom/content"
)

var initCommand = command{
	run:  initialise,
	name: "init", args: "DIR", short: "writes a practice folder to edit: practice, roster, fees, texts",
	long: `Writes practice.yaml, roster.yaml, fees.yaml and texts/ into DIR: a sample practice to make your
own. Nothing that is there already is touched.

What DIR does not hold is taken from the built-in content, and is the newest with every version. With -all
the dialogs, lists, translations and help numbers are written too, for those who want to change them; they are
yours from then on. schema/ goes with them: with it an editor completes and underlines what you write. So does
transcripts/: conversations with the sample practice, which "anteroom replay -update" writes anew for yours.

-signed-by fills the sign-offs that "anteroom serve" insists on: a named clinician has read the crisis and
consent texts, and somebody answers for using Telegram and Slack. In a folder that stands there already it
fills those that are empty, and touches nothing else.`,
}

func initialise(_ context.Context, p *program, c command, args []string) error {
	fl := newFlags("init")
	signedBy := fl.String("signed-by", "", "`NAME` of the clinician who read the texts and answers for the messengers")
	all := fl.Bool("all", false, "write the dialogs, lists, translations, help numbers and transcripts as well")
	if err := p.parse(c, fl, args, 1); err != nil {
		return err
	}
	if fl.NArg() != 1 {
		return usageError{errors.New("write: anteroom init DIR")}
	}
	dir := fl.Arg(0)
	if strings.ContainsAny(*signedBy, "\"\\\n") {
		return usageError{errors.New("-signed-by: write the name without quotes")}
	}
	wrote := 0
	write := func(files fs.FS, path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		to, isPractice := strings.CutPrefix(path, sampleFolder+"/")
		if !isPractice && !strings.HasPrefix(path, "texts/") && !*all {
			return nil
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		if to == "practice.yaml" && *signedBy != "" {
			data = sign(data, *signedBy, time.Now())
		}
		file := filepath.Join(dir, filepath.FromSlash(to))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return usageError{fmt.Errorf("make %s: %w", filepath.Dir(file), cause(err))}
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) && to == "practice.yaml" && *signedBy != "" {
			return p.signs(file, *signedBy)
		}
		if errors.Is(err, fs.ErrExist) {
			fmt.Fprintf(p.stdout, "kept   %s\n", file)
			return nil
		}
		if err != nil {
			return usageError{fmt.Errorf("write %s: %w", file, cause(err))}
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("write %s: %w", file, cause(err))
		}
		wrote++
		fmt.Fprintf(p.stdout, "wrote  %s\n", file)
		return nil
	}
	for _, files := range []fs.FS{content.Files, content.Transcripts} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error { return write(files, path, d, err) })
		if err != nil {
			return err
		}
	}
	if _, _, err := loadPractice(dir); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\n%d files. Edit them, then try:  anteroom chat -practice %s\n", wrote, dir)
	return nil
}

// signs fills the empty sign-offs of a practice file that stands there already,
// and touches nothing else in it.
func (p *program) signs(file, name string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return usageError{fmt.Errorf("read %s: %w", file, cause(err))}
	}
	signed := sign(old, name, time.Now())
	if bytes.Equal(signed, old) {
		return usageError{fmt.Errorf("%s has no empty sign-off to fill: look under sign_offs and messengers, and write the name and the day there by hand", file)}
	}
	part := file + ".part"
	err = os.WriteFile(part, signed, 0o644)
	if err == nil {
		err = os.Rename(part, file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, cause(err))
	}
	fmt.Fprintf(p.stdout, "signed %s\n", file)
	return nil
}

// sign fills every empty sign-off of a practice file. It works on the text, so
// that the comments stay.
func sign(data []byte, name string, on time.Time) []byte {
	day := on.Format(time.DateOnly)
	return []byte(strings.NewReplacer(
		`signed_by: ""`, `signed_by: "`+name+`"`, `signed_on: ""`, `signed_on: `+day,
		`{by: "", on: ""}`, `{by: "`+name+`", on: `+day+`}`,
	).Replace(string(data)))
}
