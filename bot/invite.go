package bot

import (
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"anteroom/bot/care"
	"anteroom/bot/seal"
	"anteroom/dialogs"
)

// An invite lets one partner join a case from a chat of their own. Whoever has
// its token may use it, once, until it expires or another takes its place. The
// token is kept nowhere: what is stored is found under a pseudonym of it, and
// holds a MAC.
type invite struct {
	Case   care.CaseID  `cbor:"1,keyasint"`
	From   SubjectID    `cbor:"2,keyasint"` // who passes it on; it is not for them
	MAC    []byte       `cbor:"3,keyasint"`
	Until  int64        `cbor:"4,keyasint"` // Unix seconds
	Policy care.Secrets `cbor:"5,keyasint"` // what the first agreed to, and the next is asked
}

// InviteAsked says that a therapist would like a partner to be invited.
type InviteAsked struct {
	Case care.CaseID `cbor:"1,keyasint"`
}

func (InviteAsked) what() {}

const (
	inviteDialog = "invite"
	tokenBody    = 20 // bytes of a token that nobody can guess
	tokenTag     = 10 // bytes by which one is known as made here, before the store is asked
	tokenLength  = 48 // one word, and none that means something; a link of Telegram takes 64
	dueUnused    = "unused"
)

// tokenLetters have no vowel: by chance a token would spell what an invite must
// not say.
var tokenLetters = base32.NewEncoding("bcdfghjklmnpqrstvwxyz0123456789_").WithPadding(base32.NoPadding)

// makeToken makes the token of an event: a step made again makes the same.
func makeToken(root seal.Root, p PracticeID, c care.CaseID, ev EventID) string {
	body := root.MAC("invite", tokenBody, []byte(p), []byte(c), []byte(ev))
	return tokenLetters.EncodeToString(append(body, root.MAC("invite tag", tokenTag, []byte(p), body)...))
}

// isToken reports, in a time that tells nothing of the tag, whether the service
// once made this token for this practice. It does not say that it still opens
// anything.
func isToken(root seal.Root, p PracticeID, token string) bool {
	if len(token) != tokenLength {
		return false
	}
	b, err := tokenLetters.DecodeString(token)
	return err == nil && len(b) == tokenBody+tokenTag && root.Verify("invite tag", b[tokenBody:], []byte(p), b[:tokenBody])
}

// inviteSubject is where the invite of a token is kept.
func inviteSubject(root seal.Root, p PracticeID, token string) SubjectID {
	return SubjectID("invite/" + root.Pseudonym("invite", string(p), token))
}

func inviteParts(p PracticeID, i invite, token string) [][]byte {
	return [][]byte{[]byte(p), []byte(i.Case), []byte(i.From), []byte(token)}
}

// inviteStep takes an invite away that nobody used in time.
func inviteStep(w *world) error {
	i, err := read[invite](w, w.ev.Subject)
	if err != nil || i == nil {
		return err
	}
	if fell, ok := w.ev.What.(Fell); ok && fell.Name == dueUnused && i.Until <= w.now.Unix() {
		w.erase(w.ev.Subject)
	}
	return nil
}

// invites begins the dialog that makes an invite, where one may be made. Who is
// turned away hears the same, whatever the reason: it must not show that
// somebody is afraid.
func (t *talk) invites() error {
	open, err := t.mayInvite()
	if err != nil {
		return err
	}
	if !open {
		t.phrase("invite.closed")
		return t.again()
	}
	return t.interrupt(inviteDialog)
}

// mayInvite: the first of a case that was sent and has not ended, who comes with
// somebody or was asked to, and of which nothing speaks against joint work.
func (t *talk) mayInvite() (bool, error) {
	if t.c.Case == "" || t.c.Seat != 0 || t.c.Done != outcomeSent || t.c.Consent == nil {
		return false, nil
	}
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return false, err
	}
	return rec.mayInvite() && (rec.Case.Enquiry().Couple() || rec.Couple.Asked), nil
}

// mayInvite reports whether the one who opened the case may make an invite. It
// looks at nothing that a partner said or did: what changes here shows in the
// other's chat. An invite that nobody may use opens nothing; see open.
func (rec *caseRecord) mayInvite() bool {
	switch rec.Case.Status {
	case care.OpenIntake, care.Withdrawn, care.Referred, care.Erased:
		return false
	}
	return rec.Case.Submitted != 0 && !rec.Case.Unsafe()
}

// open reports whether somebody may join the case.
func (rec *caseRecord) open() bool {
	return rec.mayInvite() && !rec.Case.UnsafeForPartner() && !slices.ContainsFunc(rec.Couple.Seats, func(s seat) bool { return s.Wary })
}

// inviteAsked opens the dialog for somebody whose therapist asks. Its first
// question says nothing of what it is about.
func (t *talk) inviteAsked(a InviteAsked) error {
	if t.c.Case != string(a.Case) {
		return nil
	}
	open, err := t.mayInvite()
	if err != nil || !open {
		return err
	}
	return t.interrupt(inviteDialog)
}

// makeInvite makes a new invite, in the place of the last one, and writes the
// message to pass on.
func (t *talk) makeInvite() error {
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil {
		return err
	}
	if !rec.mayInvite() { // since the question was asked
		t.phrase("invite.closed")
		return nil
	}
	if err := t.w.revoke(rec); err != nil {
		return err
	}
	p, w := t.w.p, t.w
	token := makeToken(w.root, p.ID(), rec.Case.ID, w.ev.ID)
	sub := inviteSubject(w.root, p.ID(), token)
	if _, err := read[invite](w, sub); err != nil {
		return err
	}
	i := invite{Case: rec.Case.ID, From: t.self, Until: p.Partners.Invite.After(w.now).Unix(), Policy: p.Partners.Secrets}
	i.MAC = w.root.MAC("invite mac", 32, inviteParts(p.ID(), i, token)...)
	w.write(sub, i)
	w.out.due = append(w.out.due, planned{subject: sub, name: dueUnused, at: time.Unix(i.Until, 0)})
	rec.Couple.Invite, rec.Couple.Policy, rec.Couple.Agreed = sub, i.Policy, w.now.Unix()
	w.audit(rec.Case.ID, "client", "invite")
	w.keepQuietly(rec)
	words := t.text("invite.code", "code", token)
	if base := p.Links[t.c.Channel]; base != "" {
		words = t.text("invite.link", "link", base+token)
	}
	t.send(Text{Text: words, PassOn: true}, parcel{class: Prompt})
	return nil
}

// revokeInvite takes the last invite back.
func (t *talk) revokeInvite() error {
	rec, err := t.w.joined(t.c.Case)
	if err != nil || rec == nil || rec.Couple.Invite == "" {
		return err
	}
	if err := t.w.revoke(rec); err != nil {
		return err
	}
	t.w.audit(rec.Case.ID, "client", "invite revoked")
	t.w.keepQuietly(rec)
	return nil
}

// revoke takes the invite of a case out of the store, if it is there still.
func (w *world) revoke(rec *caseRecord) error {
	sub := rec.Couple.Invite
	if sub == "" {
		return nil
	}
	i, err := read[invite](w, sub)
	if err != nil {
		return err
	}
	if i != nil {
		w.unplan(sub, dueUnused)
		w.erase(sub)
	}
	rec.Couple.Invite = ""
	return nil
}

// redeem joins the person to the case of a token. Whatever is wrong with a token
// is answered alike, and nothing is kept of it: one that was used, is too old,
// was taken back, was made up, is one's own, or comes to a chat in which
// something was told already.
func (t *talk) redeem(token string) (joined bool, err error) {
	refused := func() (bool, error) {
		t.phrase("invite.refused")
		return false, nil
	}
	w, p := t.w, t.w.p.ID()
	token = strings.ToLower(token) // it may have been typed
	if !isToken(w.root, p, token) || t.c.Case != "" || t.c.Consent != nil {
		return refused()
	}
	sub := inviteSubject(w.root, p, token)
	i, err := read[invite](w, sub)
	if err != nil {
		return false, err
	}
	if i == nil || !w.root.Verify("invite mac", i.MAC, inviteParts(p, *i, token)...) || i.Until <= w.now.Unix() || i.From == t.self {
		return refused()
	}
	rec, err := w.joined(string(i.Case))
	if err != nil {
		return false, err
	}
	if rec == nil || !rec.open() || rec.Couple.Invite != sub {
		return refused()
	}
	no, free := rec.Couple.seat(rec.Case.Enquiry().Together == "partner" && !rec.Couple.Asked)
	if !free {
		return refused()
	}
	if err := w.revoke(rec); err != nil { // it is used
		return false, err
	}
	rec.Couple.Seats = append(rec.Couple.Seats, seat{No: no, Chat: t.self, Since: w.now.Unix()})
	w.audit(rec.Case.ID, seatName(no), didCome)
	w.keepQuietly(rec)
	t.c.Case, t.c.Seat, t.c.Policy = string(rec.Case.ID), no, i.Policy
	t.c.Runs, t.c.Done, t.c.Rest = nil, "", 0
	return true, t.begin(partnerDialog, nil)
}

// secrets is the rule for secrets in words: the one that this person was shown,
// or the practice's.
func (t *talk) secrets() string {
	policy := t.c.Policy
	if policy == "" {
		policy = t.w.p.Partners.Secrets
	}
	return t.tongue().texts.Say("secrets."+string(policy), func(string) string { return "" })
}

// coupleCalls are the host calls of the dialogs of this file and of partners.go,
// with what each answers.
var coupleCalls = map[string]string{"make-invite": "made", "revoke-invite": "revoked", "join": "joined"}

// coupled does what a call of coupleCalls does to the world.
func (t *talk) coupled(call string, f dialogs.Facts) error {
	switch call {
	case "make-invite":
		return t.makeInvite()
	case "revoke-invite":
		return t.revokeInvite()
	case "join":
		return t.join(f)
	}
	return nil
}
