package bot_test

import (
	"strings"
	"testing"

	"anteroom/bot"
)

// A button that is not one of the open question's is answered kindly and has
// no effect, whatever it carries.
func TestButtonsThatDoNotCount(t *testing.T) {
	t.Parallel()
	h := build(t)
	ann, bob := h.person("ann"), h.person("bob").consents()
	ann.says("/start")
	older := ann.button("Start").Data
	ann.presses("Start", "I agree", "Yes")
	right := ann.button("Yes, I am").Data
	answered := ann.button("No, I am").Data
	for name, data := range map[string]string{
		"another person's":   bob.button("Yes, I am").Data,
		"another's way out":  bob.button("I need help now").Data,
		"an older question":  older,
		"an answer's id":     "adult",
		"empty":              "",
		"one letter":         "A",
		"cut short":          right[:15],
		"longer":             right + "A",
		"another case":       swapCase(right),
		"one letter changed": string(right[0]^1) + right[1:],
		"64 bytes":           strings.Repeat("A", 64),
		"65 bytes":           strings.Repeat("A", 65),
		"a megabyte":         strings.Repeat(right, 1<<16),
		"binary":             "\x00\xff\xfe\x80\x00\x01",
		"right and a null":   right + "\x00",
	} {
		ann.hears()
		text, _ := ann.question()
		ann.do(bot.Press{Data: data}).wants(h.phrase("stale-button"), text)
		if got := ann.button("Yes, I am").Data; got != right {
			t.Errorf("%s: the open question has other buttons now", name)
		}
	}
	ann.do(bot.Press{Data: right}).hears()
	ann.do(bot.Press{Data: answered}).wants(h.phrase("stale-button"), "Question 5")
	h.silent(right, older)
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 32
		case 'A' <= r && r <= 'Z':
			return r + 32
		}
		return r
	}, s)
}

// A finger that trembles presses once.
func TestDoublePress(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	p.hears()
	data := p.button("Yes, I am").Data
	for range 2 {
		h.receive(h.inbound("ann", bot.Press{Data: data}))
	}
	h.settle()
	p.wants("Question 5", h.phrase("stale-button"), "Question 5")
}

// The same question asked anew has other buttons: what was pressed under the
// old ones was another try.
func TestRevision(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents()
	before := p.button("Yes, I am").Data
	p.presses("Yes, I am").says("back").hears()
	if after := p.button("Yes, I am").Data; after == before {
		t.Error("the question that was gone back to has its old buttons")
	}
	p.do(bot.Press{Data: before}).wants(h.phrase("stale-button"), "Question 4")
	p.presses("Yes, I am").wants("Question 5")
}

// The answers of a several-choice toggle, and the message is drawn anew.
func TestToggle(t *testing.T) {
	t.Parallel()
	h := build(t)
	p := h.person("ann").consents().presses("Yes, I am").says("California").presses("Yes, all safe")
	p.hears()
	chosen := func() (all []string) {
		_, buttons := p.question()
		for _, b := range buttons {
			if label, ok := strings.CutPrefix(b.Label, "✓ "); ok {
				all = append(all, label)
			}
		}
		return all
	}
	for _, step := range []struct {
		press string
		want  string
	}{
		{"Menopause", "Menopause"},
		{"Kink or BDSM", "Kink or BDSM, Menopause"},
		{"Menopause", "Kink or BDSM"},
		{"Kink or BDSM", ""},
	} {
		p.presses(step.press).wants("(buttons drawn anew)")
		if got := strings.Join(chosen(), ", "); got != step.want {
			t.Errorf("after %q: got %q chosen, want %q", step.press, got, step.want)
		}
	}
	p.presses("Menopause", "That is all").wants("(buttons drawn anew)", "Question 8")
}

// Everything a button carries looks the same and says nothing.
func TestTokens(t *testing.T) {
	t.Parallel()
	h := build(t)
	seen := map[string]string{}
	for _, chat := range []string{"ann", "bob"} {
		p := h.person(chat).consents().presses("Yes, I am").says("California").presses("Yes, all safe", "Menopause", "That is all")
		for _, d := range p.phone.to(chat) {
			text, ok := d.Body.(bot.Text)
			if !ok {
				continue
			}
			for _, row := range text.Buttons {
				for _, b := range row {
					if len(b.Data) != 16 || strings.Trim(b.Data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
						t.Errorf("%q carries %q, want 16 letters of base64", b.Label, b.Data)
					}
					if was, ok := seen[b.Data]; ok && (!b.Always || was != chat) {
						t.Errorf("%q of %s carries what a button of %s carries", b.Label, chat, was)
					}
					seen[b.Data] = chat
				}
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("got %d tokens, want all those of two conversations", len(seen))
	}
}
