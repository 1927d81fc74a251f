package check_test

import (
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// FuzzProve: whatever loads can be proven, without a panic and within its
// budget, and what the proof reaches the engine reaches.
func FuzzProve(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(string(small(seed)["dialogs/t.yaml"].Data), string(small(seed)["dialogs/u.yaml"].Data))
	}
	for _, file := range []string{"dialogs/help-now.yaml", "dialogs/offer.yaml", "dialogs/call-me.yaml"} {
		f.Add(string(copyOf(f)[file].Data), "")
	}
	lists := copyOf(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		if len(one)+len(two) > 20_000 {
			return
		}
		files := fstest.MapFS{}
		for path, file := range lists {
			if path[:5] == "lists" {
				files[path] = file
			}
		}
		for _, text := range []string{one, two} {
			if name := nameOf(text); name != "" {
				files["dialogs/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		lib, err := script.Load(files)
		if err != nil {
			return
		}
		for _, f := range check.Prove(lib, check.Options{Budget: 2000, Help: "help-now", Words: map[string]string{"now": "help-now"}}).Findings {
			if f.Rule == check.RuleInternal {
				t.Error(f.Error())
			}
		}
	})
}

// nameOf is the name by which a dialog file calls itself.
func nameOf(text string) string {
	const key = "dialog: "
	for i := 0; i+len(key) < len(text); i++ {
		if text[i:i+len(key)] != key || i > 0 && text[i-1] != '\n' {
			continue
		}
		end := i + len(key)
		for end < len(text) && (text[end] >= 'a' && text[end] <= 'z' || text[end] == '-') {
			end++
		}
		return text[i+len(key) : end]
	}
	return ""
}
