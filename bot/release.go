package bot

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/dialogs"
)

const (
	releaseDialog = "release"
	// universalNewRelease and universalRevoke, with a number behind it, stand on
	// the buttons below the list of releases.
	universalNewRelease = "release-new"
	universalRevoke     = "revoke"

	factReleaseTo     = "release_to"
	factReleaseFields = "release_fields"
	factReleaseWhy    = "release_why"
	factReleaseUntil  = "release_until"
	factReleaseSigned = "release_signed"
	releaseFieldList  = "release-fields"
)

var releasePhrases = []string{
	"release.not-yet", "release.too-many", "release.list", "release.line", "release.revoked-line", "release.lapsed-line", "release.sent", "release.asked",
	"release.revoked", "release.not-in-force", "btn.release.new", "btn.release.revoke", "erased-by-practice",
}

// releaseFor is how long a release holds, by the answer, in days.
var releaseFor = map[string]int{"week": 7, "month": 30, "quarter": 91, "half-year": 182, "year": 365}

// releaseFacts are what the dialog asks for.
var releaseFacts = []string{factReleaseTo, factReleaseFields, factReleaseWhy, factReleaseUntil, factReleaseSigned}

// releaseAnswers are those facts, and the answers that are looked for in them.
func releaseAnswers() map[string][]string {
	fields := strings.Split(fieldIDs(care.ReleaseFields()), ",")
	return map[string][]string{factReleaseTo: nil, factReleaseFields: fields, factReleaseWhy: nil,
		factReleaseUntil: slices.Sorted(maps.Keys(releaseFor)), factReleaseSigned: nil}
}

// releaseAsked is a therapist's wish that the client allow something to be
// told. It does nothing but ask.
type releaseAsked struct {
	To     string              `cbor:"1,keyasint"`
	Fields []care.ReleaseField `cbor:"2,keyasint"`
	Why    string              `cbor:"3,keyasint"`
	By     string              `cbor:"4,keyasint,omitempty"`
	Case   care.CaseID         `cbor:"5,keyasint,omitempty"`
}

// released says that something left by a release.
type released struct {
	Number int    `cbor:"1,keyasint"`
	By     string `cbor:"2,keyasint"`
	Key    string `cbor:"3,keyasint"`
}

func (releaseAsked) what() {}
func (released) what()     {}

// ownCase is the case of this person, if it was sent and is theirs alone to
// give leave for; nil otherwise.
func (t *talk) ownCase() (*caseRecord, error) {
	if t.c.Case == "" {
		return nil, nil
	}
	rec, err := read[caseRecord](t.w, CaseSubject(t.c.Case))
	if err != nil || rec == nil || rec.Case.Submitted == 0 || !(account{t: t, rec: rec}).ours() {
		return nil, err
	}
	return rec, nil
}

// here is the day where the practice is: releases lapse by it.
func (w *world) here() time.Time { return w.now.In(w.p.Zone) }

// about reports that what comes from a case is about the one that this person
// has now. What was written without its name is.
func (t *talk) about(id care.CaseID) bool { return id == "" || string(id) == t.c.Case }

// release shows which releases are in force, each with a button that revokes
// it, and begins a new one at once where there is none.
func (t *talk) release(anew bool) error {
	rec, err := t.ownCase()
	if err != nil {
		return err
	}
	if rec == nil {
		t.phrase("release.not-yet")
		return t.again()
	}
	live := rec.Releases.InForce(t.w.here())
	switch {
	case (anew || len(live) == 0) && len(rec.Releases) >= care.MostReleases:
		t.phrase("release.too-many")
		return t.again()
	case anew || len(live) == 0:
		return t.interrupt(releaseDialog)
	}
	ways := t.marks(universalStep, 0)
	var lines []string
	var rows [][]Button
	for _, r := range live {
		lines = append(lines, t.releaseLine(r))
		rows = append(rows, []Button{{Label: t.text("btn.release.revoke", "n", itoa(r.Number)), Data: ways.of(universalRevoke + "/" + itoa(r.Number))}})
	}
	rows = append(rows, []Button{{Label: t.text("btn.release.new"), Data: ways.of(universalNewRelease)}})
	t.send(Text{Text: t.text("release.list") + "\n\n" + strings.Join(lines, "\n\n"), Buttons: rows}, parcel{class: Prompt})
	return t.again()
}

// releaseLine is a release as the client reads it.
func (t *talk) releaseLine(r care.Release) string {
	key := "release.line"
	switch {
	case r.Revoked != 0:
		key = "release.revoked-line"
	case !r.InForce(t.w.here()):
		key = "release.lapsed-line"
	}
	fields := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = string(f)
		if l, ok := t.w.p.Library.List(releaseFieldList); ok {
			if at, ok := l.In(t.tongue().form).Find(string(f)); ok {
				fields[i] = l.In(t.tongue().form).All[at].Label
			}
		}
	}
	return t.text(key, "n", itoa(r.Number), "to", r.To, "why", r.Why, "fields", strings.Join(fields, ", "),
		"date", t.tongue().window(string(r.Until), "", time.UTC))
}

// revoke ends one release, with one press.
func (t *talk) revoke(number string) error {
	rec, err := t.ownCase()
	if err != nil {
		return err
	}
	n, bad := strconv.Atoi(number)
	if rec == nil || bad != nil || n == 0 {
		t.phrase("release.not-in-force")
		return t.again()
	}
	left, any := rec.Releases.Revoke(n, t.w.here())
	if !any {
		t.phrase("release.not-in-force")
		return t.again()
	}
	rec.Releases = left
	t.w.audit(rec.Case.ID, "client", "revoked release "+number)
	t.phrase("release.revoked")
	t.w.keepReleases(rec)
	return t.again()
}

// revokeAll ends every release of somebody who leaves: nobody could revoke
// them any more.
func (w *world) revokeAll(rec *caseRecord) {
	if left, any := rec.Releases.Revoke(0, w.here()); any {
		rec.Releases = left
		w.audit(rec.Case.ID, "client", "revoked every release")
		w.keepReleases(rec)
	}
}

// signed takes down the release that the dialog asked for.
func (t *talk) signed(f dialogs.Facts) error {
	rec, err := t.ownCase()
	if err != nil {
		return err
	}
	if rec == nil {
		return errors.New("a release without a case")
	}
	d, _ := t.w.p.Library.Dialog(releaseDialog)
	fields, err := care.ReadReleaseFields(f.List(factReleaseFields))
	if err != nil {
		return err
	}
	rec.Releases, err = rec.Releases.Give(care.Release{
		To: f.Text(factReleaseTo), Fields: fields, Why: f.Text(factReleaseWhy), Until: t.releaseUntil(f),
		Signature: f.Text(factReleaseSigned), Language: t.tongue().form, Text: d.Sum,
	}, t.w.here())
	if err != nil {
		return err
	}
	t.w.audit(rec.Case.ID, "client", "signed release "+itoa(len(rec.Releases))+": "+fieldIDs(fields))
	t.w.keepReleases(rec)
	return nil
}

// keepReleases writes a case of which nothing else changed: its card says
// nothing of releases, and stays as it is.
func (w *world) keepReleases(rec *caseRecord) { w.write(CaseSubject(string(rec.Case.ID)), *rec) }

// releaseUntil is the day on which a release lapses that is signed now.
func (t *talk) releaseUntil(f dialogs.Facts) care.Date {
	days, ok := releaseFor[f.Text(factReleaseUntil)]
	if !ok {
		return ""
	}
	return care.DateOf(t.w.here().AddDate(0, 0, days))
}

// asked begins the dialog with what a therapist asks for filled in. The client
// reads it through, may change every part, and says no with one press.
func (t *talk) asked(a releaseAsked) error {
	rec, err := t.ownCase()
	if err != nil || rec == nil || !t.about(a.Case) || len(rec.Releases) >= care.MostReleases {
		return err
	}
	who := t.w.p.Name
	if by, ok := t.w.p.Therapist(care.TherapistID(a.By)); ok {
		who = by.Name
	}
	for i, r := range t.c.Runs { // one that is open is overtaken
		if i > 0 && r.Dialog == releaseDialog {
			t.c.Runs = t.c.Runs[:i]
			break
		}
	}
	t.phrase("release.asked", "therapist", who)
	run := dialogs.Run{Dialog: releaseDialog, Params: map[string]string{paramRun: t.w.root.Pseudonym("run", string(t.w.ev.ID), releaseDialog)[:8]}}
	d, ok := t.w.p.Library.Dialog(releaseDialog)
	if !ok {
		return errors.New("no dialog for releases")
	}
	filled := map[string]string{factReleaseTo: a.To, factReleaseWhy: a.Why, factReleaseFields: fieldIDs(a.Fields)}
	for _, s := range d.Steps {
		if s.Into == nil || !s.Question() {
			continue
		}
		if v, ok := s.Into.Parse(filled[s.Into.Name]); ok {
			run.Trail = append(run.Trail, dialogs.Entry{Step: s.ID, Kind: dialogs.Answer, Value: v.Text, At: t.w.now.Unix(), Script: d.Sum})
		}
	}
	t.c.Runs = append(t.c.Runs, run)
	return t.input(dialogs.Begin{})
}

func fieldIDs(fields []care.ReleaseField) string {
	ids := make([]string, len(fields))
	for i, f := range fields {
		ids[i] = string(f)
	}
	return joined(ids)
}

// caseReleases is the part of a case's step that is about releases: a therapist
// asks for one, and something left by one.
func caseReleases(w *world, rec *caseRecord) error {
	switch what := w.ev.What.(type) {
	case releaseAsked:
		if len(rec.Chats) == 0 {
			return nil
		}
		w.audit(rec.Case.ID, w.ev.Who.ID, "asked for a release: "+fieldIDs(what.Fields))
		w.out.post = append(w.out.post, posted{to: rec.Chats[0], what: what})
	case released:
		if noted, ok := rec.Releases.Note(what.Number, care.Disclosure{At: w.now.Unix(), By: what.By, Key: what.Key}); ok {
			rec.Releases = noted
			w.keepReleases(rec)
		}
	}
	return nil
}
