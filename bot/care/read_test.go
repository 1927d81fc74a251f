package care_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

func TestReadPractice(t *testing.T) {
	p := sample(t)
	if got, want := p.Zone.String(), "America/Los_Angeles"; got != want {
		t.Errorf("zone %s, want %s", got, want)
	}
	if diff := cmp.Diff(p.OpenHours[time.Monday], []care.Span{{From: 540, To: 750}, {From: 810, To: 1080}}); diff != "" {
		t.Errorf("Monday (-got +want):\n%s", diff)
	}
	if got := len(p.OpenHours); got != 5 {
		t.Errorf("open on %d days, want 5", got)
	}
	if diff := cmp.Diff(p.Quiet, care.Span{From: 1260, To: 480}); diff != "" {
		t.Errorf("quiet (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(p.Keep, care.Keep{Unfinished: care.Period{Days: 30}, Enquiry: care.Period{Days: 365}, Record: care.Period{Years: 7}, Vault: care.Period{Days: 30}}); diff != "" {
		t.Errorf("keep (-got +want):\n%s", diff)
	}
	if p.Language != "en" || p.FormOfAddress != "tu" {
		t.Errorf("greets in %s, as %s; want en, tu", p.Language, p.FormOfAddress)
	}
	if got := p.Complaint.In("es"); !strings.HasPrefix(got, "Write to Ruth Cole") {
		t.Errorf("a complaint in Spanish goes to %q", got)
	}
	if p.SignOffs.Crisis.Signed() {
		t.Error("the sample counts as signed")
	}
	ana, ok := p.BySlack("U0ANA")
	if !ok {
		t.Fatal("nobody is U0ANA")
	}
	want := care.Therapist{
		ID: "ana", Name: "Ana Reyes", Slack: "U0ANA", Licences: []string{"US-CA", "US-OR"}, Languages: []string{"en", "es"},
		Treatments:  []string{"cbt", "sensate-focus", "mindfulness"},
		Levels:      map[care.Topic]care.Level{"pain": care.Expert, "pelvic-pain": care.Expert, "low-desire": care.Skilled, "compulsive": care.NotTaken},
		Populations: []string{"lgbtq", "disability"}, Sees: []string{"solo", "couple"}, Modes: []string{"online", "in-person"},
		Hours: []string{"weekday-morning", "weekday-afternoon"}, Gender: "woman", Fee: care.Fee{Full: 180, Middle: 120, Low: 60},
		ReducedSlots: care.Slots{Middle: 2, Low: 1},
		Caps:         care.Caps{Total: care.Cap{Soft: 18, Hard: 20}, Groups: map[care.GroupID]care.Cap{"pain": {Soft: 6, Hard: 8}}},
		Carries:      care.Carries{Total: 14, Groups: map[care.GroupID]int{"pain": 5}, Reduced: care.Slots{Middle: 1}},
		Intake:       true, NextOpening: "2027-06-09", BookingAhead: care.Period{Days: 28},
	}
	if diff := cmp.Diff(ana, want); diff != "" {
		t.Errorf("Ana (-got +want):\n%s", diff)
	}
	if ruth, _ := p.Therapist("ruth"); ruth.Fee != p.Fees.Fee {
		t.Errorf("Ruth asks %v, want the practice's %v", ruth.Fee, p.Fees.Fee)
	}
	var readers []care.TherapistID
	for _, r := range p.IntakeReaders() {
		readers = append(readers, r.ID)
	}
	if diff := cmp.Diff(readers, []care.TherapistID{"ana", "ruth"}); diff != "" {
		t.Errorf("readers (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(p.GroupsOf("pelvic-pain"), []care.GroupID{"pain"}); diff != "" {
		t.Errorf("groups (-got +want):\n%s", diff)
	}
}

// A rehearsal that runs at any hour has no quiet hours.
func TestReadNoQuiet(t *testing.T) {
	p, err := care.ReadPractice(folder(t, "practice.yaml", `{from: "21:00", to: "08:00"}`, "none"), ".", care.Vocabulary{})
	if err != nil || p.Quiet != (care.Span{}) {
		t.Errorf("got %v, %v; want no quiet hours", p, err)
	}
}

func TestReadWordings(t *testing.T) {
	files := folder(t, "practice.yaml", "complaint: ", "language: es\nform_of_address: usted\ncomplaint:\n  es: A Ruth.\n  en: ")
	fees := "currency: USD\nfull: 3\nmiddle: 2\nlow: 1\nreview_months: 6\nreferrals:\n  - {name: Clinic, what: {en: talks, es: charlas}, place: Oakland}\n"
	files.(fstest.MapFS)["fees.yaml"] = &fstest.MapFile{Data: []byte(fees)}
	p, err := care.ReadPractice(files, ".", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{p.Language, p.FormOfAddress, p.Complaint.In("es"), p.Complaint.In("fr")[:13], p.Fees.Referrals[0].Line(), p.Fees.Referrals[0].LineIn("es")}
	if diff := cmp.Diff(got, []string{"es", "usted", "A Ruth.", "Write to Ruth", "Clinic: talks, Oakland", "Clinic: charlas, Oakland"}); diff != "" {
		t.Errorf("wordings (-got +want):\n%s", diff)
	}
}

// folder is the sample with one change: in a file, old becomes new, once.
func folder(t *testing.T, file, old, new string) fs.FS {
	t.Helper()
	m := fstest.MapFS{}
	for _, name := range []string{"practice.yaml", "roster.yaml", "fees.yaml"} {
		data, err := os.ReadFile("testdata/practice/" + name)
		if err != nil {
			t.Fatal(err)
		}
		s := string(data)
		if name == file {
			if !strings.Contains(s, old) {
				t.Fatalf("%s does not contain %q", file, old)
			}
			s = strings.Replace(s, old, new, 1)
		}
		m[name] = &fstest.MapFile{Data: []byte(s)}
	}
	return m
}

// What a practice does not say of partners is the cautious default.
func TestReadPartners(t *testing.T) {
	for _, c := range []struct {
		says string
		want care.Partners
	}{
		{"", care.Partners{Secrets: care.NoSecrets, Invite: care.Period{Days: 7}}},
		{"\npartners: {secrets: limited}", care.Partners{Secrets: care.LimitedSecrets, Invite: care.Period{Days: 7}}},
		{"\npartners: {secrets: no-secrets, invite: 2d, tell_no: true}", care.Partners{Secrets: care.NoSecrets, Invite: care.Period{Days: 2}, TellNo: true}},
	} {
		p, err := care.ReadPractice(folder(t, "practice.yaml", "country: US", "country: US"+c.says), ".", vocabulary)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.Partners, c.want); diff != "" {
			t.Errorf("%q (-got +want):\n%s", c.says, diff)
		}
	}
}

func TestReadPracticeProblems(t *testing.T) {
	for _, c := range []struct {
		name, file, old, new string
		want                 string // what is said, after the place
	}{
		{"unknown key", "practice.yaml", "ask_income:", "ask_wages:", `practice.yaml:24:1: unknown key "ask_wages"`},
		{"missing", "practice.yaml", "name: Quiet River Practice\n", "", `practice.yaml:3:1: "name" is missing: add name: …`},
		{"empty", "practice.yaml", "name: Quiet River Practice", `name: " "`, "practice.yaml:4:7: this may not be empty"},
		{"number for text", "practice.yaml", "name: Quiet River Practice", "name: 12", "practice.yaml:4:7: text belongs here, not a number"},
		{"nothing for text", "practice.yaml", "name: Quiet River Practice", "name:", "text belongs here, not nothing"},
		{"list for text", "practice.yaml", "name: Quiet River Practice", "name: [a]", "text belongs here, not a list"},
		{"text for a list", "practice.yaml", "languages: [en, es]", "languages: en", "practice.yaml:7:12: a list belongs here, not text"},
		{"empty list", "practice.yaml", "languages: [en, es]", "languages: []", "the list is empty"},
		{"doubled item", "practice.yaml", "languages: [en, es]", "languages: [en, en]", `practice.yaml:7:17: "en" stands twice`},
		{"text for a number", "practice.yaml", "days: 2", "days: two", "a whole number belongs here, not text: write a number from 1 to 30"},
		{"fraction", "practice.yaml", "days: 2", "days: 2.5", "a whole number belongs here"},
		{"number out of range", "practice.yaml", "days: 2", "days: 0", "0 is out of range"},
		{"text for truth", "practice.yaml", "ask_income: false", `ask_income: "false"`, "true or false belongs here"},
		{"zone", "practice.yaml", "America/Los_Angeles", "America/Atlantis", `"America/Atlantis" is not a time zone`},
		{"zone of the machine", "practice.yaml", "America/Los_Angeles", "Local", `"Local" is not a time zone`},
		{"country", "practice.yaml", "country: US", "country: USA", `"USA" does not have the right form`},
		{"phone", "practice.yaml", `"+1 415 555 0100"`, "soon", `practice.yaml:8:8: "soon" does not have the right form`},
		{"e-mail", "practice.yaml", "hello@quietriver.example", "hello", `"hello" does not have the right form`},
		{"day of the week", "practice.yaml", "  tue:", "  tues:", `"tues" is not a day of the week`},
		{"hours backwards", "practice.yaml", "09:00-15:00", "15:00-09:00", `"15:00-09:00" is not a stretch of a day`},
		{"hours past midnight", "practice.yaml", "09:00-15:00", "09:00-24:30", "is not a stretch of a day"},
		{"hours out of order", "practice.yaml", `"13:30-18:00"`, `"12:00-18:00"`, "begins before the stretch above it ends"},
		{"quiet", "practice.yaml", `from: "21:00"`, `from: "25:00"`, `"25:00" is not a time of day`},
		{"quiet all day", "practice.yaml", `to: "08:00"`, `to: "21:00"`, "quiet hours begin when they end"},
		{"impossible day", "practice.yaml", "2026-12-24", "2026-11-31", "practice.yaml:17:12: a day that exists belongs here"},
		{"holiday twice", "practice.yaml", "2026-12-24", "2026-12-25", `"2026-12-25" stands twice`},
		{"form of address", "practice.yaml", "country: US", "country: US\nform_of_address: vos", `"vos" is not known here: use one of tu, usted`},
		{"language", "practice.yaml", "country: US", "country: US\nlanguage: Spanish", `"Spanish" does not have the right form`},
		{"a text in no language", "practice.yaml", "complaint: ", "complaint:\n  Spanish: a\n  en: ", `"Spanish" is not a language`},
		{"a text without English", "practice.yaml", "complaint: ", "complaint:\n  es: ", "the English text is missing: write `en:` as well"},
		{"period", "practice.yaml", "unfinished: 30d", "unfinished: a month", `"a month" is not a length of time`},
		{"period of nothing", "practice.yaml", "unfinished: 30d", "unfinished: 0d", `"0d" is not a length of time`},
		{"on-call nobody", "practice.yaml", "therapist: ana", "therapist: anna", `no therapist "anna" in roster.yaml`},
		{"disclosure", "practice.yaml", "disclosure: modal", "disclosure: public", `"public" is not known here: use one of modal, channel`},
		{"rule for secrets", "practice.yaml", "country: US", "country: US\npartners: {secrets: some}", `"some" is not known here: use one of no-secrets, limited`},
		{"life of an invite", "practice.yaml", "country: US", "country: US\npartners: {invite: soon}", `"soon" is not a length of time`},
		{"name of the bot", "practice.yaml", `webhook_url: ""`, `username: "@river"`, `"@river" does not have the right form`},
		{"key twice", "practice.yaml", "country: US", "country: US\ncountry: GB", `practice.yaml:7:1: the key "country" stands twice`},
		{"alias", "practice.yaml", "country: US", "country: &c US", "anchors and aliases are not read here"},
		{"not YAML", "practice.yaml", "languages: [en, es]", "languages: [en, es", "practice.yaml:7:12: not valid YAML"},
		{"two documents", "practice.yaml", "country: US", "---\ncountry: US", "not one YAML document"},
		{"therapist twice", "roster.yaml", "id: ruth", "id: ana", `roster.yaml:31:9: two therapists have the id "ana"`},
		{"Slack id twice", "roster.yaml", "U0RUTH", "U0ANA", `two therapists have the Slack id "U0ANA"`},
		{"Slack id", "roster.yaml", "U0RUTH", "ruth", `"ruth" is not a Slack user id`},
		{"licence", "roster.yaml", "US-OR", "Oregon", `"Oregon" does not have the right form`},
		{"level", "roster.yaml", "pain: expert", "pain: great", "this is not a level: use expert, skilled, open or no"},
		{"topic", "roster.yaml", "low-desire: skilled", "lust: skilled", `"lust" is not known here`},
		{"topic of a group", "roster.yaml", "[pain, pelvic-pain]", "[pain, back-pain]", `"back-pain" is not known here`},
		{"treatment", "roster.yaml", "[cbt, sensate-focus, mindfulness]", "[hypnosis]", `"hypnosis" is not known here`},
		{"time", "roster.yaml", "[weekday-morning, weekday-afternoon]", "[midnight]", `"midnight" is not known here`},
		{"population", "roster.yaml", "[faith]", "[vegans]", `"vegans" is not known here`},
		{"caps", "roster.yaml", "total: {soft: 18, hard: 20}", "total: {soft: 18, hard: 17}", "the hard cap 17 is under the soft cap 18"},
		{"caps half", "roster.yaml", "total: {soft: 18, hard: 20}", "total: {soft: 18}", `"hard" is missing`},
		{"cap below nothing", "roster.yaml", "total: {soft: 18, hard: 20}", "total: {soft: -1, hard: 20}", "-1 is out of range"},
		{"cap of no group", "roster.yaml", "        pain: {soft: 6", "        pains: {soft: 6", `there is no topic group "pains": declare it under groups, or use compulsive, couples, pain`},
		{"carries in no group", "roster.yaml", "groups: {pain: 5}", "groups: {ache: 5}", `there is no topic group "ache"`},
		{"opening", "roster.yaml", "2027-03-20", "2027-02-29", "a day that exists belongs here"},
		{"opening as words", "roster.yaml", "2027-03-20", "spring", "a day that exists belongs here"},
		{"fees of one's own", "roster.yaml", "{full: 160, middle: 110, low: 50}", "{full: 100, middle: 110, low: 50}", "fees 100, 110, 50 do not go down"},
		{"nobody", "roster.yaml", "therapists:", "therapists: []\ngroups2:", "nobody works here"},
		{"currency", "fees.yaml", "USD", "$", `"$" does not have the right form`},
		{"fees", "fees.yaml", "low: 60", "low: 160", "fees 170, 120, 160 do not go down"},
		{"referral", "fees.yaml", "name: Dr Ines Okoye, ", "", `"name" is missing`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := care.ReadPractice(folder(t, c.file, c.old, c.new), ".", vocabulary)
			var problems care.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v, want Problems", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant a line with\n%s", err, c.want)
			}
			for _, p := range problems {
				if p.File == "" || p.What == "" || p.Mend == "" || p.Line < 1 || p.Column < 1 {
					t.Errorf("a problem is not complete: %+v", p)
				}
			}
		})
	}
}

var vocabulary = care.Vocabulary{
	Topics: []string{
		"pain", "pelvic-pain", "low-desire", "compulsive", "affair", "non-monogamy", "ed", "early-ejaculation", "kink", "trauma", "gender", "orientation",
	},
	Treatments: []string{"cbt", "sensate-focus", "mindfulness", "eft", "gottman", "emdr", "psychodynamic"},
	Languages:  []string{"en", "es", "fr"},
	Times:      []string{"weekday-morning", "weekday-afternoon", "weekday-evening", "weekend"},
}

func TestReadPracticeVocabulary(t *testing.T) {
	if _, err := care.ReadPractice(os.DirFS("testdata"), "practice", vocabulary); err != nil {
		t.Error(err)
	}
}

// Problems of all three files come together, in the order of the files.
func TestReadPracticeFiles(t *testing.T) {
	_, err := care.ReadPractice(fstest.MapFS{
		"p/practice.yaml": {Data: []byte("id: Q\nname: 3\n")},
		"p/roster.yaml":   {Data: []byte("# nothing\n")},
	}, "p", care.Vocabulary{})
	var problems care.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v, want Problems", err)
	}
	var got []string
	for _, p := range problems {
		if !strings.Contains(p.What, "is missing") {
			got = append(got, p.Error())
		}
	}
	want := []string{
		"fees.yaml: cannot be read: put the file there, readable; `anteroom init` writes an example",
		`practice.yaml:1:5: "Q" does not have the right form: write it like quiet-river`,
		`practice.yaml:2:7: text belongs here, not a number: write it in "quotes"`,
		"roster.yaml:1:1: not one YAML document: write one mapping of keys and values",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("problems (-got +want):\n%s", diff)
	}
	if got, want := len(problems), 4+13; got != want {
		t.Errorf("%d problems, want %d:\n%v", got, want, err)
	}
}

func FuzzReadPractice(f *testing.F) {
	read := func(name string) []byte {
		data, err := os.ReadFile("testdata/practice/" + name)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	f.Add(read("practice.yaml"), read("roster.yaml"), read("fees.yaml"))
	f.Add([]byte("a: &a [*a]"), []byte("<<: {a: b}"), []byte("? [x]\n: y\n"))
	f.Add([]byte("hours: {mon: [\"99:99-00:00\"]}"), []byte("therapists: [1, ~, {id: [x]}]"), []byte("full: 99999999999999999999"))
	f.Add([]byte("\x00"), []byte("\xff"), []byte("--- !!binary x"))
	f.Fuzz(func(t *testing.T, practice, roster, fees []byte) {
		p, err := care.ReadPractice(fstest.MapFS{
			"practice.yaml": {Data: practice}, "roster.yaml": {Data: roster}, "fees.yaml": {Data: fees},
		}, ".", care.Vocabulary{})
		var problems care.Problems
		switch {
		case err == nil:
			if p.Zone == nil || len(p.Therapists) == 0 || len(p.IntakeReaders()) == 0 || p.Fees.Fee.Full < p.Fees.Fee.Low {
				t.Errorf("accepted a practice that cannot be: %+v", p)
			}
			for _, th := range p.Therapists {
				if th.Caps.Total.Hard < th.Caps.Total.Soft {
					t.Errorf("accepted caps %+v", th.Caps)
				}
			}
			care.Assess(enquiry(), p, nil, now)
		case !errors.As(err, &problems) || len(problems) == 0 || len(p.Therapists) != 0:
			t.Errorf("error %v with %d therapists", err, len(p.Therapists))
		}
	})
}
