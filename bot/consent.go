package bot

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"anteroom/dialogs"
	"anteroom/dialogs/script"
)

// This file is about the text that people agree to. A consent is kept with the
// version of it, the time and the language. When the text changes, whoever is
// on the way is asked again before anything else is; what they told is kept.

const callConsent = "remember-consent"

// consentSteps are the steps of a conversation that ask for the consent, or keep
// it, and those of the longer text between them.
func consentSteps(d *script.Dialog) (steps []*script.Step) {
	asks := func(s *script.Step) bool {
		return s.Op == script.Ask && s.Into != nil && (s.Into.Name == "consent" || s.Into.Name == "consent_again" || s.Into.Name == "policy")
	}
	for i := range d.Steps {
		if s := d.Steps[i]; asks(s) || s.Name == callConsent || s.Home == "more-consent" {
			steps = append(steps, s)
		}
	}
	return steps
}

// consentVersions name the texts that people agree to, by the dialog that asks.
func consentVersions(lib *script.Library) map[string]uint64 {
	versions := make(map[string]uint64)
	for _, name := range []string{intakeDialog, partnerDialog} {
		d, ok := lib.Dialog(name)
		if !ok {
			continue
		}
		h := sha256.New()
		for _, s := range consentSteps(d) {
			for _, p := range append(slices.Clone(s.Say), s.Ask) {
				if p != nil {
					h.Write([]byte(d.Written(p, baseLanguage) + "\n"))
				}
			}
		}
		versions[name] = binary.BigEndian.Uint64(h.Sum(nil))
	}
	return versions
}

// consentOld reports that the person agreed to another text than the present
// one, and is still telling.
func (t *talk) consentOld() bool {
	return t.c.Consent != nil && t.c.Done == "" && len(t.c.Runs) > 0 && t.c.Consent.Version != t.w.p.consents[t.main()]
}

// asksConsentAgain takes the old consent back and asks the new question. The
// answers behind it stay on the trail, and count once it is given.
func (t *talk) asksConsentAgain() error {
	run := &t.c.Runs[0]
	d, ok := t.w.p.Library.Dialog(run.Dialog)
	if !ok {
		return t.again()
	}
	steps := consentSteps(d)
	run.Trail = slices.DeleteFunc(slices.Clone(run.Trail), func(e dialogs.Entry) bool {
		return slices.ContainsFunc(steps, func(s *script.Step) bool { return s.ID == e.Step })
	})
	t.c.Runs, t.c.Consent = t.c.Runs[:1], nil
	t.phrase("consent.changed")
	return t.again()
}
