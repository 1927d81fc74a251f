package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"anteroom/content"
	"anteroom/dialogs/script"
)

// noteTranslated writes into the translations of a practice's folder which
// texts they were made from, as those stand now. A built-in translation of a
// text that the practice words otherwise is copied into its folder for that.
func noteTranslated(p *program, folder string, files fs.FS, lang string) error {
	root := "translations/" + lang
	if info, err := fs.Stat(files, root); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("there is no folder %s: a translation stands in translations/LANGUAGE of the practice's folder", filepath.Join(folder, root))}
	}
	lib, err := script.Load(files, "en") // the originals alone: a translation may be what is to be mended
	if err != nil {
		return inFolder(folder, err)
	}
	english, err := content.Service(files, "en")
	if err != nil {
		return inFolder(folder, err)
	}
	changed := 0
	note := func(name string, sources []script.Source) error {
		data, err := fs.ReadFile(files, root+"/"+name+".yaml")
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		noted := withSums(string(data), sources)
		if noted == string(data) {
			return nil
		}
		changed++
		file := filepath.Join(folder, filepath.FromSlash(root), filepath.FromSlash(name)+".yaml")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return writeWhole(file, []byte(noted), 0o644)
	}
	for _, kind := range []struct {
		name  string
		names []string
	}{{"dialogs/", lib.Names()}, {"lists/", lib.Lists()}} {
		for _, name := range kind.names {
			if err := note(kind.name+name, lib.Sources(kind.name+name)); err != nil {
				return err
			}
		}
	}
	var of []script.Source
	for key, sum := range english.Sums() {
		of = append(of, script.Source{ID: key, Sum: sum})
	}
	if err := note("texts", of); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "Noted in %s of %s: they were read beside the originals as these stand now.\n", count(changed, "file"), filepath.Join(folder, filepath.FromSlash(root)))
	return nil
}

// withSums is a translation's text with its `of` written anew, at the end,
// for what the text translates.
func withSums(text string, sources []script.Source) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	var kept []string
	stands := map[string]bool{}
	inOf, prefix := false, ""
	for _, line := range lines {
		top := line != "" && line[0] != ' ' && line[0] != '#'
		if top {
			inOf, prefix = strings.HasPrefix(line, "of:"), ""
			if strings.HasPrefix(line, "commands:") {
				prefix = "commands."
			}
		}
		if inOf {
			continue
		}
		kept = append(kept, line)
		if id, _, ok := strings.Cut(strings.TrimLeft(line, " "), ":"); ok && strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") {
			stands[prefix+strings.Trim(id, `"'`)] = true
		}
	}
	for len(kept) > 0 && kept[len(kept)-1] == "" {
		kept = kept[:len(kept)-1]
	}
	kept = append(kept, "of:")
	for _, s := range sources {
		if stands[s.ID] {
			id := s.ID
			if slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}, strings.ToLower(id)) {
				id = `"` + id + `"`
			}
			kept = append(kept, fmt.Sprintf("  %s: %q", id, s.Sum))
		}
	}
	return strings.Join(kept, "\n") + "\n"
}
