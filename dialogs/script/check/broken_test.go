package check_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"anteroom/dialogs/script"
	"anteroom/dialogs/script/check"
)

// copyOf is the shipped content, to be broken.
func copyOf(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("../../../content")
	for _, dir := range []string{"dialogs", "lists"} {
		err := fs.WalkDir(root, dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := fs.ReadFile(root, path)
			files[path] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

type edit struct{ file, old, new string }

// TestBroken breaks each property on purpose in a copy of the shipped intake
// and what it calls, and finds it, on the line, with a conversation that shows
// it where there is one.
func TestBroken(t *testing.T) {
	t.Parallel()
	intake := "dialogs/intake.yaml"
	tests := []struct {
		name       string
		edits      []edit
		options    func(*check.Options)
		rule, line string // on the line that begins so, behind the first that holds `after`
		after      string
		what       string
		silent     bool // no conversation can show it
	}{
		{
			name:  "a private question before consent",
			edits: []edit{{intake, "go: {agree: agreed, no-thanks: refused}", "go: {agree: agreed, no-thanks: age}"}},
			rule:  check.RuleConsent, line: "age:", what: "age asks for adult before consent_kept is set",
		},
		{
			name:  "consent not declared",
			edits: []edit{{intake, "\nconsent: consent_kept\n", "\n"}},
			rule:  check.RuleConsent, line: "dialog: intake", what: "does not say what records consent",
		},
		{
			name:  "consent is asked and not kept",
			edits: []edit{{intake, "  again-kept:\n    do: remember-consent\n    into: consent_kept\n", "  again-kept:\n    say: Thank you.\n"}},
			rule:  check.RuleConsent, line: "age:", what: "before consent_kept is set",
		},
		{
			name:  "help without numbers",
			edits: []edit{{"dialogs/help-now.yaml", "{helplines}", "We are sorry"}},
			rule:  check.RuleHelp, line: "tell:", after: "numbers:", what: "asked a second question, tell, before any help number",
		},
		{
			name:  "help lines, and no number where none is known",
			edits: []edit{{"dialogs/crisis.yaml", "      In danger this minute: {emergency}.\n\n", "\n"}},
			rule:  check.RuleHelp, line: "say: |-", what: "this text shows no number at all",
		},
		{
			name:  "an answer takes the word for help",
			edits: []edit{{intake, `yes-private: [private, alone, sure, yeah]`, `yes-private: [private, alone, sure, yeah, "now"]`}},
			rule:  check.RuleHelp, line: `yes-private: "Yes"`, what: "at private-moment they answer",
		},
		{
			name:  "a safety answer shows in what follows",
			edits: []edit{{intake, "    openly: [now]\n", ""}},
			rule:  check.RuleLeak, line: "say: |-", after: "dialog: ipv", what: "shows what afraid is, which must never appear in a chat: the ways part at afraid",
		},
		{
			name:  "a later route on a safety answer",
			edits: []edit{{intake, `{when: "urgency == M", go: next-doctor}`, `{when: "afraid == once", go: next-doctor}`}},
			rule:  check.RuleLeak, line: "say:", after: "  next-doctor:", what: "shows what afraid is",
		},
		{
			name: "a safety answer through a fact that a route on it sets",
			edits: []edit{
				{intake, "  bother:\n    short", "  note:\n    route:\n      - {when: \"afraid == once\", go: note-once}\n      - {else: bother}\n  note-once:\n    set: {mode: online}\n  bother:\n    short"},
				{intake, "go: {now: afraid-now, else: bother}", "go: {now: afraid-now, else: note}"},
				{intake, `- {when: "urgency == M", go: next-doctor}`, `- {when: "urgency == M", go: next-doctor}` + "\n" + `      - {when: "known(mode) and mode == online", go: next-doctor}`},
			},
			rule: check.RuleLeak, line: "say:", after: "  next-doctor:", what: "shows what afraid is",
		},
		{
			name: "a text made from a safety answer",
			options: func(o *check.Options) {
				o.Host.Givens["reply.by"] = []string{"safe"}
			},
			rule: check.RuleLeak, line: "ask: |-", what: "{reply.by} is made from safe",
		},
		{
			name:  "an alert that Slack must not see",
			edits: []edit{{intake, "minor_safe: {type: choice, of: [safe-now, not-safe], seen-by: therapist, never: chat", "minor_safe: {type: choice, of: [safe-now, not-safe], seen-by: therapist, never: [chat, slack]"}},
			rule:  check.RuleLeak, line: "minor-alert:", what: "which must never appear in Slack",
		},
		{
			name:    "a fact in a Slack card",
			edits:   []edit{{intake, "adult: {type: choice, of: [adult, minor],", "adult: {type: choice, of: [adult, minor], never: slack,"}},
			options: func(o *check.Options) { o.Host.Givens["age"], o.Host.Slack = []string{"adult"}, []string{"age"} },
			rule:    check.RuleLeak, line: "adult: {type", what: "goes to a Slack channel", silent: true,
		},
		{
			name:    "a fact for a partner",
			edits:   []edit{{intake, "adult: {type: choice, of: [adult, minor],", "adult: {type: choice, of: [adult, minor], never: partner,"}},
			options: func(o *check.Options) { o.Host.Givens["age"], o.Host.Partner = []string{"adult"}, []string{"age"} },
			rule:    check.RuleLeak, line: "adult: {type", what: "goes to a partner", silent: true,
		},
		{
			name: "a fact for the bot alone in a case",
			edits: []edit{{intake, "coming: {type: choice, of: [with-partner, with-ex, on-my-own, couple, several-partners, enough-here, enough-phone, enough-email], seen-by: case",
				"coming: {type: choice, of: [with-partner, with-ex, on-my-own, couple, several-partners, enough-here, enough-phone, enough-email], seen-by: bot"}},
			rule: check.RuleLeak, line: "send:", after: "into: urgency", what: "submit shows coming to the case", silent: true,
		},
		{
			name: "an urgency that never comes",
			edits: append(append([]edit{{"dialogs/body.yaml", `re:body_now: [a-z-]+\}`, "body_now: none}"}},
				noEmergency(intake)...), append(noEmergency("dialogs/partner.yaml"),
				edit{"dialogs/partner.yaml", "  medical:\n    call: medical\n    go: {go-on: gentle, stop: stopped, call: call-me}\n", ""})...),
			rule: check.RuleUndecided, line: "triage:", what: "whether urgency can be R0", silent: true,
		},
		{
			name: "a fit that no facts bring",
			options: func(o *check.Options) {
				o.Conclusions = append(o.Conclusions, check.Conclusion{Name: "fit", Call: "submit", Values: []string{"yes", "never"}, Reads: []string{"adult", "coming"},
					Decide: func(facts map[string]string) []string {
						if facts["adult"] == "adult" || facts["coming"] == "" {
							return []string{"yes"}
						}
						return []string{"never"}
					}})
			},
			rule: check.RuleConclude, line: "send:", after: "into: urgency", what: "fit is never never", silent: true,
		},
		{
			name: "a result that the script does not know",
			options: func(o *check.Options) {
				o.Host.Calls["fee-slots"] = check.Call{Decide: func(map[string]string) []string { return []string{"some"} }}
			},
			rule: check.RuleConclude, line: "places:", what: "fee-slots can bring \"some\"", silent: true,
		},
		{
			name:  "a route on a fact that nothing has asked for",
			edits: []edit{{intake, `{when: "private == shared", go: shared-tips}`, `{when: "mode == online", go: shared-tips}`}},
			rule:  check.RuleUnset, line: `- {when: "mode == online"`, what: "again-next reads it, and on some path nothing has asked for mode",
		},
		{
			name:  "a text with a hole",
			edits: []edit{{intake, "You hear from us by {reply.by}, whatever the answer is.", "You hear from us by {reply.by} about {main_topic}."}},
			rule:  check.RuleUnset, line: `say: "Thank you, it is sent. You hear from us by {reply.by} about`, what: "the text says {main_topic}, and on some path it is not known",
		},
		{
			name:  "a call without what it needs",
			edits: []edit{{intake, "  more:\n    call: more-consent\n", "  more:\n    call: several-topics\n"}},
			rule:  check.RuleUnset, line: "more:", what: "more calls several-topics, which needs it",
		},
		{
			name:  "a question asked again without end",
			edits: []edit{{intake, "    misses: {after: 3, go: stopped}\n", ""}},
			rule:  check.RuleEndless, line: "lost:", what: "lost is asked again without end", silent: true,
		},
		{
			name:  "no longest path promised",
			edits: []edit{{intake, "\nlongest: 22\n", "\n"}},
			rule:  check.RuleLongest, line: "dialog: intake", what: "does not say `longest`",
		},
		{
			name:  "a rule that is never taken",
			edits: []edit{{intake, "  again-shared:\n    set: {private: shared}", "  again-shared:\n    set: {private: yes-private}"}},
			rule:  check.RuleDead, line: `- {when: "private == shared"`, what: "its condition never holds here", silent: true,
		},
		{
			name:  "a rule that an earlier one takes away",
			edits: []edit{{intake, `      - {when: "urgency == M", go: next-doctor}`, `      - {when: "urgency in [R0, R1, M]", go: next-date}` + "\n" + `      - {when: "urgency == M", go: next-doctor}`}},
			rule:  check.RuleDead, line: `- {when: "urgency == M"`, what: "whenever its condition holds, the rule on line", silent: true,
		},
		{
			name:  "a step behind conditions that never hold together",
			edits: []edit{{intake, "- {when: \"spanish in wishes\", go: language-spanish}", "- {when: \"known(gender) and gender == woman and man in wishes\", go: language-spanish}"}},
			rule:  check.RuleDead, line: "- {when: \"known(gender)", what: "this rule of language-check is never taken", silent: true,
		},
		{
			name:  "an answer that is never offered",
			edits: []edit{{intake, "again: \"Please press the one that matters most.\"\n    go: {else: afraid-check}", "again: \"Please press the one that matters most.\"\n    go: {something-else: afraid-check, else: afraid-check}"}},
			rule:  check.RuleDead, line: "go: {something-else: afraid-check", what: "main never offers \"something-else\"", silent: true,
		},
		{
			name:    "an entry that does not exist",
			options: func(o *check.Options) { o.Entries = append(o.Entries, "goodbye") },
			rule:    check.RuleCalls, what: "there is no dialog goodbye", silent: true,
		},
		{
			name:  "a dialog that nobody begins",
			edits: []edit{{"dialogs/orphan.yaml", "", "dialog: orphan\nsteps:\n  end: {finish: done}\n"}},
			rule:  check.RuleCalls, line: "dialog: orphan", what: "nobody begins or calls the dialog orphan", silent: true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := copyOf(t)
			for _, e := range test.edits {
				if files[e.file] == nil {
					files[e.file] = &fstest.MapFile{}
				}
				old := string(files[e.file].Data)
				changed := strings.Replace(old, e.old, e.new, 1)
				if expr, ok := strings.CutPrefix(e.old, "re:"); ok {
					changed = regexp.MustCompile(expr).ReplaceAllString(old, e.new)
				}
				if changed == old {
					t.Fatalf("%s does not hold %q", e.file, e.old)
				}
				files[e.file] = &fstest.MapFile{Data: []byte(changed)}
			}
			lib, err := script.Load(files)
			if err != nil {
				t.Fatal(err)
			}
			opts := options()
			if test.options != nil {
				test.options(&opts)
			}
			findings := check.Prove(lib, opts).Findings
			at := slices.IndexFunc(findings, func(f check.Finding) bool { return f.Rule == test.rule && strings.Contains(f.What, test.what) })
			if at < 0 {
				t.Fatalf("not found among\n%s", list(findings))
			}
			f := findings[at]
			if line := lineOf(files, f.At, test.after); !strings.HasPrefix(line, test.line) {
				t.Errorf("found at %s, which reads %q; want a line that begins with %q", f.At, line, test.line)
			}
			if got := len(f.Transcript) == 0; got != test.silent {
				t.Errorf("%s: without a conversation: %v, want %v", f.Error(), got, test.silent)
			}
			if f.Rule == check.RuleLeak && strings.Contains(f.What, "ways part") && len(f.Other) == 0 {
				t.Errorf("%s: no other conversation to compare", f.Error())
			}
		})
	}
}

// noEmergency takes the medical emergency from a dialog's question about safety.
func noEmergency(file string) []edit {
	return []edit{
		{file, "other-in-danger, medical], seen-by", "other-in-danger], seen-by"},
		{file, `re:\n +medical: ("A medical emergency"|\["medical emergency", ambulance\])`, ""},
		{file, ", other-in-danger: danger, medical: medical}", ", other-in-danger: danger}"},
		{file, "openly: [self-harm, hurt-by-someone, other-in-danger, medical]", "openly: [self-harm, hurt-by-someone, other-in-danger]"},
	}
}

func list(findings []check.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(f.Rule + " " + f.Error() + "\n")
	}
	return b.String()
}

// lineOf is the line that a place names. With after, the place must stand
// behind the first line that holds it, or in the file of that name.
func lineOf(files fstest.MapFS, at script.Place, after string) string {
	if at.Line == 0 || files[at.File] == nil {
		return ""
	}
	lines := strings.Split(string(files[at.File].Data), "\n")
	first := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, after) })
	if after != "" && after != at.File && (first < 0 || at.Line <= first) {
		return "behind nothing"
	}
	return strings.TrimSpace(lines[at.Line-1])
}

// TestShipped: nothing is wrong with what ships, but for what is listed.
func TestShipped(t *testing.T) {
	t.Parallel()
	report := check.Prove(shipped(t), options())
	for _, f := range report.Findings {
		if f.Severity == check.Error {
			t.Errorf("%s %s\n%s", f.Rule, f.Error(), strings.Join(f.Transcript, "\n"))
		}
	}
	for _, d := range report.Dialogs {
		if !d.Exact {
			t.Errorf("%s: the longest and shortest paths are not exact", d.Name)
		}
		if d.Name == "intake" && (d.Longest != 22 || d.Shortest != 2) {
			t.Errorf("intake asks %d to %d questions, want 2 to 22", d.Shortest, d.Longest)
		}
	}
	if again := check.Prove(shipped(t), options()); list(again.Findings) != list(report.Findings) {
		t.Error("the second report differs from the first")
	}
}
