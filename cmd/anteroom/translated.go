package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"anteroom/content"
	"anteroom/dialogs/script"
)

// noteTranslated writes into the translations of a practice's folder which
// texts they were made from, as those stand now. A built-in translation of a
// text that the practice words otherwise is copied into its folder for that.
func noteTranslated(p *program, folder string, files fs.FS, lang string) error {
	root := "translations/" + lang
	if info, err := fs.Stat(files, root); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("there is no folder %s: a translation stands in translations/LANGUAGE of the practice's folder; make it first", filepath.Join(folder, root))}
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
		noted, err := withSums(string(data), sources)
		if err != nil {
			return fmt.Errorf("%s: %w", located(folder, root+"/"+name+".yaml"), err)
		}
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
	assignments, err := content.Assignments(files, "en")
	if err != nil {
		return inFolder(folder, err)
	}
	for _, a := range assignments {
		of = nil
		for key, sum := range a.Sums() {
			of = append(of, script.Source{ID: key, Sum: sum})
		}
		if err := note("assignments/"+a.ID, of); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.stderr, "Noted in %s of %s: they were read beside the originals as these stand now.\n", count(changed, "file"), filepath.Join(folder, filepath.FromSlash(root)))
	return nil
}

// lineEnd is every end of a line that YAML knows.
var lineEnd = regexp.MustCompile("\r\n|[\n\r\u0085\u2028\u2029]")

// withSums is a translation's text with its `of` written anew, where it stands
// or at the end, for what the text translates. All else stays byte for byte.
func withSums(text string, sources []script.Source) (string, error) {
	var doc yaml.Node
	if err := yaml.Load([]byte(text), &doc); err != nil {
		return "", err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode || doc.Content[0].Style&yaml.FlowStyle != 0 {
		return "", errors.New("this is no translation with each key on a line of its own: write it as the built-in ones are written")
	}
	top := doc.Content[0]
	starts := []int{0} // of the lines
	for _, end := range lineEnd.FindAllStringIndex(text, -1) {
		starts = append(starts, end[1])
	}
	if starts[len(starts)-1] < len(text) {
		starts = append(starts, len(text))
	}
	line := func(n int) string { return text[starts[n]:starts[n+1]] }
	stands := map[string]bool{}
	first, after := -1, len(starts)-1 // the lines of `of`
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		prefix := ""
		switch {
		case key.Value == "of":
			first = key.Line - 1
			if i+2 < len(top.Content) {
				after = top.Content[i+2].Line - 1
			}
			continue
		case key.Value == "commands":
			prefix = "commands."
		}
		if value.Kind == yaml.MappingNode {
			for j := 0; j < len(value.Content); j += 2 {
				stands[prefix+value.Content[j].Value] = true
			}
		}
	}
	for n := top.Content[len(top.Content)-2].Line; n < after; n++ {
		if strings.HasPrefix(line(n), "...") { // the document ends here
			after = n
		}
	}
	if first < 0 {
		first = after
	} else if at := strings.TrimLeft(line(first), " \ufeff"); !strings.HasPrefix(strings.TrimLeft(at, `"'`), "of") {
		return "", fmt.Errorf("line %d: write `of:` at the beginning of a line", first+1)
	}
	for after > first+1 && (strings.TrimSpace(line(after-1)) == "" || strings.HasPrefix(strings.TrimSpace(line(after-1)), "#")) {
		after-- // a remark there is on what follows
	}

	end, indent := "\n", strings.Repeat(" ", top.Column-1)
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	var b strings.Builder
	b.WriteString(text[:starts[first]])
	if first > 0 && !lineEnd.MatchString(line(first-1)) {
		b.WriteString(end)
	}
	b.WriteString(indent + "of:" + end)
	for _, s := range sources {
		if stands[s.ID] {
			id := s.ID
			if slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}, strings.ToLower(id)) {
				id = `"` + id + `"`
			}
			fmt.Fprintf(&b, "%s  %s: %q%s", indent, id, s.Sum, end)
		}
	}
	b.WriteString(text[starts[after]:])
	return b.String(), nil
}
