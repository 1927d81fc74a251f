package content_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"anteroom/content"
)

// TestAssignmentSchema holds the schemas, by which editors judge, against all
// that ships, and against what the reader here takes and refuses.
func TestAssignmentSchema(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}
	for _, kind := range []string{"assignment", "assignment-translation"} {
		c := jsonschema.NewCompiler()
		if err := c.AddResource(kind, unmarshal(t, builtIn(t, "schema/"+kind+".json"))); err != nil {
			t.Fatal(err)
		}
		var err error
		if schemas[kind], err = c.Compile(kind); err != nil {
			t.Fatal(err)
		}
	}
	judge := func(kind string, text []byte) error {
		var v any
		if err := yaml.Load(text, &v); err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return schemas[kind].Validate(unmarshal(t, asJSON))
	}
	judged := 0
	for name, file := range shipped(t) {
		if path.Base(path.Dir(name)) != "assignments" {
			continue
		}
		judged++
		if err := judge(kindOf(name), file.Data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if judged < 36 {
		t.Errorf("judged %d files, which is not everything", judged)
	}
	for _, tt := range []struct{ kind, text, old, new string }{
		{"assignment", tea, "for: both", "for: all"},
		{"assignment", tea, "pace:", "paces:"},
		{"assignment", tea, "for: both", "for: both\nstep: 2"},
		{"assignment", tea, "for: both", "for: both\nseries: hot"},
		{"assignment", tea, "for: both", "for: both\nseries: hot\nstep: first"},
		{"assignment", tea, "disability:", "rich:"},
		{"assignment", tea, "limits: [\"No phone.\"]", "limits: No phone."},
		{"assignment-translation", té, `{tu: "Pruebas.", usted: "Prueba."}`, `{tu: "Pruebas."}`},
		{"assignment-translation", té, "  pace:", "  speed:"},
	} {
		if err := judge(tt.kind, []byte(tt.text)); err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(tt.text, tt.old, tt.new, 1)
		if err := judge(tt.kind, []byte(changed)); changed == tt.text || err == nil {
			t.Errorf("the schema of %s allows %q", tt.kind, tt.new)
		}
	}
}

// TestGuideAssignment holds the guide's table against the schema: no key of an
// assignment is missing there, and none invented.
func TestGuideAssignment(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Properties map[string]any
		}
	}
	text, err := fs.ReadFile(content.Files, "schema/assignment.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	var want, told []string
	for key := range schema.Properties {
		want = append(want, key)
	}
	for _, r := range guideRows(t)["15. Write a play assignment"] {
		told = append(told, coded(r.cells[0])...)
	}
	if diff := cmp.Diff(want, told, unordered); diff != "" {
		t.Errorf("keys of an assignment (-the schema +the guide):\n%s", diff)
	}
	for v := range schema.Properties["variants"].Properties {
		if !slices.Contains(content.Variants[:], v) {
			t.Errorf("the schema knows the variant %s, and the reader does not", v)
		}
	}
	if len(schema.Properties["variants"].Properties) != len(content.Variants) {
		t.Error("the reader knows variants that the schema does not")
	}
}
