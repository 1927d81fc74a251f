package script_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"anteroom/content"
	"anteroom/dialogs/script"
)

var update = flag.Bool("update", false, "write the schemas of content/schema anew")

func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	out := map[string]*jsonschema.Schema{}
	for _, kind := range []string{"dialog", "list", "translation"} {
		text, err := script.Schema(kind)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "..", "content", "schema", kind+".json")
		if *update {
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if stored, err := os.ReadFile(file); err != nil || !bytes.Equal(stored, text) {
			t.Errorf("%s is not what the program makes (%v); write it anew with: go test ./dialogs/script -run Schema -update", file, err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(kind+".json", doc); err != nil {
			t.Fatal(err)
		}
		if out[kind], err = c.Compile(kind + ".json"); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// judge is what a schema says of a YAML file.
func judge(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var v any
	if err := yaml.Load(text, &v); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON)); err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// TestSchema holds the schemas against everything that is shipped.
func TestSchema(t *testing.T) {
	all := schemas(t)
	counts := map[string]int{}
	err := fs.WalkDir(content.Files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".yaml" {
			return err
		}
		kind := map[string]string{"dialogs": "dialog", "lists": "list"}[path.Base(path.Dir(file))]
		if kind != "" && strings.HasPrefix(file, "translations/") {
			kind = "translation"
		}
		if kind == "" {
			return nil
		}
		counts[kind]++
		text, err := fs.ReadFile(content.Files, file)
		if err != nil {
			return err
		}
		if err := judge(t, all[kind], text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts["dialog"] < 20 || counts["list"] < 8 {
		t.Errorf("judged %v, which is not everything", counts)
	}
}

// TestSchemaRefuses holds the schema against mistakes of shape: what Load
// refuses for its shape, an editor underlines.
func TestSchemaRefuses(t *testing.T) {
	dialog := schemas(t)["dialog"]
	step := func(s string) string { return "dialog: t\nsteps:\n  a: " + s + "\n  end: {finish: done}\n" }
	for name, text := range map[string]string{
		"no steps":               "dialog: t\n",
		"unknown key":            "dialog: t\nlongst: 3\nsteps: {end: {finish: done}}\n",
		"unknown key of a step":  step("{say: Hello., got: end}"),
		"two things at once":     step("{say: Hello., ask: Who?}"),
		"a key of another kind":  step("{say: Hello., into: x}"),
		"a step with no kind":    step("{go: end}"),
		"a name with capitals":   "dialog: T\nsteps: {end: {finish: done}}\n",
		"a fact without keep":    "dialog: t\nfacts: {x: {type: text, seen-by: case}}\nsteps: {end: {finish: done}}\n",
		"a type that is not one": "dialog: t\nfacts: {x: {type: string, seen-by: case, keep: enquiry}}\nsteps: {end: {finish: done}}\n",
		"a text that is none":    step("{say: 3}"),
		"a route with both":      step("{route: [{when: x == y, go: end, else: end}]}"),
		"misses without go":      step("{ask: Who?, misses: {after: 3}}"),
	} {
		if err := judge(t, dialog, []byte(text)); err == nil {
			t.Errorf("%s: the schema allows it", name)
		}
		if _, err := script.Load(files("dialogs/t.yaml", text)); err == nil {
			t.Errorf("%s: Load allows it", name)
		}
	}
	if _, err := script.Schema("practice"); err == nil {
		t.Error("an unknown kind of file has a schema")
	}
}
