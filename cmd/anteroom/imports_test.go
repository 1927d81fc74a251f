package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// may says which of our packages each folder may import: the arrows of the
// house. What is not named here may import nothing of ours.
var may = map[string][]string{
	"dialogs":                   {"dialogs/script"},
	"dialogs/script/check":      {"dialogs", "dialogs/script"},
	"dialogs/script/wording":    {"dialogs/script"},
	"dialogs/script/draw":       {"dialogs/script"},
	"bot":                       {"bot/care", "bot/record", "bot/seal", "dialogs", "dialogs/safety", "dialogs/script", "scheduler"},
	"bot/telegram":              {"bot"},
	"bot/telegram/telegramtest": {},
	"bot/slack":                 {"bot", "bot/care", "bot/picture"},
	"bot/terminal":              {"bot"},
	"bot/smtp":                  {"bot"},
	"bot/smtp/smtptest":         {},
	"bot/webhook":               {"bot"},
	"bot/redis":                 {"bot"},
	"bot/sqlite":                {"bot"},
	"bot/picture":               {"bot/care"},
	"bot/storetest":             {"bot"},
	"bot/admin":                 {"bot"},
	"cmd/anteroom":              {"*"},
}

// TestImports reads the files themselves: a result of the build tool would be
// remembered by the test cache.
func TestImports(t *testing.T) {
	root := "../.."
	arrows := make(map[string][]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if name == "html/template" || name == "text/template" {
				t.Errorf("%s imports %s: it keeps every method of every library in the program, which grows by a quarter", path, name)
			}
			ours, ok := strings.CutPrefix(name, "anteroom/")
			if !ok {
				continue
			}
			arrows[dir] = append(arrows[dir], ours)
			if allowed := may[dir]; !slices.Contains(allowed, "*") && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s: the arrows of the house do not run that way", path, ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(arrows["bot"]) == 0 {
		t.Fatal("the service imports nothing: this test read the wrong folder")
	}
}

// TestTopLevel: what stands at the root was fixed by the practice's owner.
func TestTopLevel(t *testing.T) {
	want := []string{"CHANGELOG.md", "LICENSE", "README.md", "bot", "cmd", "content", "deploy", "dialogs", "go.mod", "go.sum", "scheduler"}
	out, err := exec.Command("git", "-C", "../..", "ls-files").Output()
	if err != nil {
		t.Fatal("this test reads the list of files from git: ", err)
	}
	var got []string
	for file := range strings.Lines(string(out)) {
		top, _, _ := strings.Cut(strings.TrimSpace(file), "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(got, top) {
			got = append(got, top)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("at the root stands %v, want %v", got, want)
	}
}

// TestManifestInReadme: what the README tells people to paste is the manifest
// that the adapter is written for.
func TestManifestInReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile("../../bot/slack/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), string(manifest)) {
		t.Error("the Slack app manifest in README.md is not bot/slack/manifest.yaml")
	}
}

// TestButtonsInReadme: the buttons of which the README tells therapists are
// those that stand in Slack.
func TestButtonsInReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, ok := strings.Cut(string(readme), "What a therapist does in Slack:")
	part, _, ended := strings.Cut(part, "At the command line:")
	labels := regexp.MustCompile(`[^*]\*([A-Z][^*]+)\*`).FindAllStringSubmatch(part, -1)
	if !ok || !ended || len(labels) < 20 {
		t.Fatalf("the README tells therapists of %d buttons", len(labels))
	}
	files, err := filepath.Glob("../../bot/slack/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(src)
	}
	for _, l := range labels {
		if !strings.Contains(source.String(), `"`+l[1]) {
			t.Errorf("the README names a button %q, which is not there", l[1])
		}
	}
}
