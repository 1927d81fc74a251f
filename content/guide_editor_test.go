package content_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// settings holds the editor's settings against the files that there are. The
// YAML language server takes a pattern for the end of a file's path, and * for
// anything, folders included.
func (g *guide) settings(where, body string) {
	var s struct {
		Schemas map[string]any `json:"yaml.schemas"` // a pattern, or several
	}
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		g.t.Fatalf("%s: %v", where, err)
	}
	for file := range s.Schemas {
		if _, err := os.Stat(file); err != nil {
			g.t.Errorf("%s: there is no such schema: %v", where, err)
		}
	}
	for name := range g.files {
		var fit []string
		for schema, patterns := range s.Schemas {
			if one, ok := patterns.(string); ok {
				patterns = []any{one}
			}
			for _, pattern := range patterns.([]any) {
				end := strings.ReplaceAll(regexp.QuoteMeta(pattern.(string)), `\*`, ".*") + "$"
				if regexp.MustCompile(end).MatchString("/home/ana/our-practice/" + name) {
					fit = append(fit, schema)
				}
			}
		}
		if want := []string{"./schema/" + kindOf(name) + ".json"}; !slices.Equal(fit, want) {
			g.t.Errorf("%s: %s is held against %v, want %v", where, name, fit, want)
		}
	}
}

// kindOf is the kind of a content file, by its place.
func kindOf(name string) string {
	kind := strings.TrimSuffix(path.Base(path.Dir(name)), "s")
	switch translated := strings.HasPrefix(name, "translations/"); {
	case translated && kind == "assignment":
		return "assignment-translation"
	case translated:
		return "translation"
	}
	return kind
}

// valid holds a file against the schema that an editor judges it by.
func (g *guide) valid(where, name string, text []byte) {
	g.t.Helper()
	kind := kindOf(name)
	if g.schemas[kind] == nil {
		schema := builtIn(g.t, "schema/"+kind+".json")
		c := jsonschema.NewCompiler()
		if err := c.AddResource(kind, unmarshal(g.t, schema)); err != nil {
			g.t.Fatal(err)
		}
		var err error
		if g.schemas[kind], err = c.Compile(kind); err != nil {
			g.t.Fatal(err)
		}
	}
	var v any
	if err := yaml.Load(text, &v); err != nil {
		g.t.Fatal(err)
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.schemas[kind].Validate(unmarshal(g.t, asJSON)); err != nil {
		g.t.Errorf("%s: the schema does not allow %s: %v", where, name, err)
	}
}

func unmarshal(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
