package script_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/script"
)

const released = `dialog: t
facts:
  adult: {type: choice, of: [adult, minor], seen-by: case, keep: enquiry}
  topics: {type: several, of: {list: topics}, seen-by: case, keep: enquiry}
steps:
  hello: {say: Hello.}
  age: {ask: Are you 18?, into: adult, answers: {adult: Over, minor: Under}}
  topics: {ask: What brings you?, into: topics, done: That is all}
  flags: {call: body}
  end: {finish: done}
`

const body = `dialog: body
facts:
  numb: {type: choice, of: [y, n], seen-by: case, keep: enquiry}
steps:
  numb: {ask: Numb?, into: numb, answers: {y: "Yes", n: "No"}}
  end: {finish: done}
`

func TestLock(t *testing.T) {
	before := load(t, files("dialogs/t.yaml", released, "dialogs/body.yaml", body, "lists/topics.yaml", topicsEN))
	lock, err := script.ReadLock(before.Release(nil).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if broken := before.Broken(lock); len(broken) > 0 {
		t.Fatalf("a release breaks itself: %v", broken)
	}
	for _, c := range []struct {
		name string
		file string
		swap []string
		want string // empty: nothing is broken
	}{
		{"wording", "dialogs/t.yaml", []string{"Are you 18?", "18 or over?"}, ""},
		{"a message gone", "dialogs/t.yaml", []string{"  hello: {say: Hello.}\n", ""}, ""},
		{"a question renamed", "dialogs/t.yaml", []string{"  age:", "  years:"},
			"dialogs/t.yaml:1:9: the step age was released and is gone: write `moved: {steps: {age: NEW}}`, or `age: gone` to keep its answers aside"},
		{"and moved", "dialogs/t.yaml", []string{"  age:", "  years:", "steps:", "moved: {steps: {age: years}}\nsteps:"}, ""},
		{"twice", "dialogs/t.yaml", []string{"  age:", "  years:", "steps:", "moved: {steps: {age: old, old: years}}\nsteps:"}, ""},
		{"and gone", "dialogs/t.yaml", []string{"  age:", "  years:", "steps:", "moved: {steps: {age: gone}}\nsteps:"}, ""},
		{"an answer renamed", "dialogs/t.yaml", []string{"[adult, minor]", "[adult, young]", "minor: Under", "young: Under"},
			"dialogs/t.yaml:7:3: the answer \"minor\" of age was released and is gone: write `moved: {answers: {age: {minor: NEW}}}`, or `minor: gone` to ask again"},
		{"and moved", "dialogs/t.yaml", []string{"[adult, minor]", "[adult, young]", "minor: Under", "young: Under", "steps:", "moved: {answers: {age: {minor: young}}}\nsteps:"}, ""},
		{"a fact renamed", "dialogs/t.yaml", []string{"  adult: {type", "  grown: {type", "into: adult", "into: grown"},
			"dialogs/t.yaml:1:9: the fact adult was released and is gone: write `moved: {facts: {adult: NEW}}`, or `adult: gone`"},
		{"and moved", "dialogs/t.yaml", []string{"  adult: {type", "  grown: {type", "into: adult", "into: grown", "steps:", "moved: {facts: {adult: grown}}\nsteps:"}, ""},
		{"an option renamed", "lists/topics.yaml", []string{"pain: Pain", "hurts: Pain"},
			"lists/topics.yaml:1:7: the option \"pain\" was released and is gone: write `moved: {pain: NEW}`, or `pain: gone` to ask again"},
		{"and moved", "lists/topics.yaml", []string{"pain: Pain", "hurts: Pain", "options:", "moved: {pain: hurts}\noptions:"}, ""},
		{"a call renamed", "dialogs/t.yaml", []string{"  flags:", "  signs:"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fs := files("dialogs/t.yaml", released, "dialogs/body.yaml", body, "lists/topics.yaml", topicsEN)
			fs[c.file].Data = swapped(t, fs[c.file].Data, c.swap...)
			var got []string
			for _, p := range load(t, fs).Broken(lock) {
				got = append(got, p.Error())
			}
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("broken (-got +want):\n%s", diff)
			}
		})
	}
	fs := files("dialogs/t.yaml", strings.Replace(released, "  flags: {call: body}\n", "", 1), "lists/topics.yaml", topicsEN)
	after := load(t, fs)
	if got := after.Broken(lock); len(got) != 1 || !strings.Contains(got[0].What, "the dialog body was released and is gone") {
		t.Errorf("a dialog that is gone: got %v", got)
	}
	if got := after.Release(lock); got.Dialogs["body"].Steps["numb"] == nil {
		t.Error("a new release forgets what an earlier one had")
	}
}

func swapped(t *testing.T, data []byte, pairs ...string) []byte {
	t.Helper()
	s := string(data)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("there is no %q", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return []byte(s)
}

func TestMoved(t *testing.T) {
	moved := strings.Replace(released, "steps:", "moved:\n  steps: {years: age, signs: flags}\n  answers: {age: {young: minor}}\n  facts: {grown: adult}\nsteps:", 1)
	inBody := strings.Replace(body, "steps:", "moved: {steps: {cold: numb}}\nsteps:", 1)
	list := strings.Replace(topicsEN, "options:", "moved: {hurts: pain, lost: gone}\noptions:", 1)
	d, _ := load(t, files("dialogs/t.yaml", moved, "dialogs/body.yaml", inBody, "lists/topics.yaml", list)).Dialog("t")
	want := script.Moved{
		Steps:   map[string]string{"years": "age", "signs": "flags", "flags/cold": "flags/numb", "signs/numb": "flags/numb", "signs/cold": "flags/numb", "signs/end": "flags/end"},
		Answers: map[string]map[string]string{"age": {"young": "minor"}, "topics": {"hurts": "pain"}},
		Facts:   map[string]string{"grown": "adult"},
	}
	if diff := cmp.Diff(d.Moved, want); diff != "" {
		t.Errorf("moved (-got +want):\n%s", diff)
	}
	for _, c := range []struct{ name, line, want string }{
		{"to nowhere", "moved: {steps: {years: aeg}}", "dialogs/t.yaml:5:24: unknown step \"aeg\": did you mean \"age\"?"},
		{"still there", "moved: {steps: {age: topics}}", "dialogs/t.yaml:5:17: the step age still stands here: a step that moved must be gone; rename one, or delete this line"},
		{"to itself", "moved: {steps: {age: age}}", "dialogs/t.yaml:5:17: age moves to itself: delete it"},
		{"an answer to nowhere", "moved: {answers: {age: {old: adutl}}}", "dialogs/t.yaml:5:30: \"adutl\" is not an answer of age: did you mean \"adult\"?"},
		{"an answer that stands", "moved: {answers: {age: {minor: adult}}}", "dialogs/t.yaml:5:25: age still has the answer minor: an answer that moved must be gone; rename one, or delete this line"},
		{"a fact to nowhere", "moved: {facts: {grown: adutl}}", "dialogs/t.yaml:5:24: unknown fact \"adutl\": did you mean \"adult\"?"},
		{"unknown key", "moved: {step: {a: age}}", "dialogs/t.yaml:5:9: unknown key \"step\" in moved: did you mean \"steps\"?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fs := files("dialogs/t.yaml", strings.Replace(released, "steps:", c.line+"\nsteps:", 1), "dialogs/body.yaml", body, "lists/topics.yaml", topicsEN)
			if diff := cmp.Diff(problems(t, fs), []string{c.want}); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestBrokenLock(t *testing.T) {
	for _, text := range []string{"dialogs: [", "dialog: {}", "dialogs: 3", "null", "~", "[]", "lists: {}", "dialogs:", "dialogs: null",
		"dialogs: {t: null}", "dialogs: {t: {facts: [a]}}", "dialogs: {t: {steps: null}}", strings.Repeat("x", 2<<20)} {
		if _, err := script.ReadLock([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "dialogs.lock:") || strings.Contains(err.Error(), "yaml") {
			t.Errorf("%.20q: got %v", text, err)
		}
	}
}
