package record_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/record"
)

var made = time.Date(2027, 5, 3, 17, 0, 0, 0, time.UTC)

func number(n int) *int { return &n }

// sample holds an answer of every kind.
func sample() record.Record {
	item := func(id string, kind record.Kind, answers ...record.Answer) record.Item {
		return record.Item{ID: id, Question: "What of " + id + "?", Short: id, Kind: kind, Fact: id, Answers: answers, At: made}
	}
	return record.Record{
		Case: "K7Q-42", Subject: "c6a1", Language: "en", Status: record.Complete, Sent: made, Made: made.Add(time.Hour),
		Sections: []record.Section{
			{ID: "intake", Title: "What you told us", Items: []record.Item{
				item("adult", record.Choice, record.Answer{Text: "Yes, I am", Code: "adult"}),
				item("topics", record.Several, record.Answer{Text: "Pain", Code: "pain"}, record.Answer{Text: "in my words", Own: true}),
				item("here", record.Country, record.Answer{Text: "California", Code: "US-CA"}),
				item("born", record.Country, record.Answer{Text: "Spain", Code: "ES"}),
				item("bother", record.Scale, record.Answer{Text: "0", Number: number(0)}),
				item("household", record.Number, record.Answer{Text: "3", Number: number(3)}),
				item("can-pay", record.Money, record.Answer{Text: "70", Number: number(70), Currency: "USD"}),
				item("since", record.Date, record.Answer{Text: "9 June 2026", Code: "2026-06-09"}),
				item("name", record.Text, record.Answer{Text: "Ann\nAnn"}),
				item("contact", record.Contact, record.Answer{Text: "+1 415 555 0100"}),
				item("hours", record.Hours, record.Answer{Text: "Mornings", Code: "weekday-morning"}),
			}},
			{ID: "call", Title: "Your call", Items: []record.Item{item("phone", record.Contact, record.Answer{Text: "+1 415 555 0100"})}},
		},
		Decisions: []record.Event{{At: made, When: "3 May", What: "offer", Text: "Ana offered times.", Note: "Until soon"}},
		Releases:  []record.Release{{Number: 1, To: "Dr. Grey", Fields: []string{"body"}, Why: "a check", Until: "2027-09-01", Given: made, Sent: []string{"4 May"}, Text: "Dr. Grey, until 1 September"}},
		Looks:     []string{"Ana read it, 3 May"},
		Page:      record.Page{Title: "Your record", Notes: []string{"Made on 3 May"}, Decisions: "Decisions", Releases: "Releases", Looks: "Who looked", Nothing: "Nothing"},
	}
}

func TestFHIRTypes(t *testing.T) {
	t.Parallel()
	doc, err := record.FHIR(sample())
	if err != nil {
		t.Fatal(err)
	}
	checkFHIR(t, doc)
	var got struct {
		Status, Authored string
		Subject          struct{ Identifier struct{ Value string } }
		Item             []struct {
			LinkID string `json:"linkId"`
			Item   []struct {
				LinkID string            `json:"linkId"`
				Answer []json.RawMessage `json:"answer"`
			}
		}
	}
	if err := json.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	if got.Status != "completed" || got.Authored != "2027-05-03T17:00:00Z" || got.Subject.Identifier.Value != "c6a1" {
		t.Errorf("got status %s, authored %s, subject %s", got.Status, got.Authored, got.Subject.Identifier.Value)
	}
	want := map[string]string{
		"intake/adult":     `{"valueCoding":{"system":"urn:anteroom:fact:adult","code":"adult","display":"Yes, I am"}}`,
		"intake/topics":    `{"valueCoding":{"system":"urn:anteroom:fact:topics","code":"pain","display":"Pain"}} {"valueString":"in my words"}`,
		"intake/here":      `{"valueCoding":{"system":"urn:iso:std:iso:3166:-2","code":"US-CA","display":"California"}}`,
		"intake/born":      `{"valueCoding":{"system":"urn:iso:std:iso:3166","code":"ES","display":"Spain"}}`,
		"intake/bother":    `{"valueInteger":0}`,
		"intake/household": `{"valueInteger":3}`,
		"intake/can-pay":   `{"valueQuantity":{"value":70,"unit":"USD","system":"urn:iso:std:iso:4217","code":"USD"}}`,
		"intake/since":     `{"valueDate":"2026-06-09"}`,
		"intake/name":      `{"valueString":"Ann\nAnn"}`,
		"intake/contact":   `{"valueString":"+1 415 555 0100"}`,
		"intake/hours":     `{"valueCoding":{"system":"urn:anteroom:fact:hours","code":"weekday-morning","display":"Mornings"}}`,
		"call/phone":       `{"valueString":"+1 415 555 0100"}`,
	}
	has := map[string]string{}
	for _, group := range got.Item {
		for _, i := range group.Item {
			var all []string
			for _, a := range i.Answer {
				all = append(all, compact(a))
			}
			has[i.LinkID] = strings.Join(all, " ")
		}
	}
	if diff := cmp.Diff(has, want); diff != "" {
		t.Errorf("got (-) and want (+):\n%s", diff)
	}
}

func compact(doc []byte) string {
	out := regexp.MustCompile(`\n\s*`).ReplaceAllString(string(doc), "")
	return strings.ReplaceAll(out, `": `, `":`)
}

// Each of a couple has a response of their own, with another subject.
func TestFHIROfACouple(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Partners = []record.Record{{Subject: "b2", Made: made, Sections: r.Sections[1:]}}
	doc, err := record.FHIR(r)
	if err != nil {
		t.Fatal(err)
	}
	checkFHIR(t, doc)
	var got struct {
		Entry []struct {
			Resource struct {
				Subject struct{ Identifier struct{ Value string } }
				Item    []struct {
					LinkID string `json:"linkId"`
				}
			}
		}
	}
	if err := json.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Entry) != 2 || got.Entry[0].Resource.Subject.Identifier.Value != "c6a1" || got.Entry[1].Resource.Subject.Identifier.Value != "b2" ||
		len(got.Entry[0].Resource.Item) != 2 || len(got.Entry[1].Resource.Item) != 1 || got.Entry[1].Resource.Item[0].LinkID != "call" {
		t.Errorf("got %+v", got)
	}
}

// Our own JSON leaves nothing out: what it holds is the record again.
func TestJSONIsTheRecord(t *testing.T) {
	t.Parallel()
	want := sample()
	want.Partners = []record.Record{sample()}
	want.Partners[0].Page = record.Page{}
	doc, err := record.JSON(want)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Form int `json:"anteroom-record"`
		record.Record
	}
	if err := json.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	want.Page = record.Page{}
	if diff := cmp.Diff(got.Record, want); diff != "" || got.Form != record.Version {
		t.Errorf("form %d; got (-) and want (+):\n%s", got.Form, diff)
	}
}

// hostile is what people might write, or paste.
var hostile = []string{
	"<script>alert(1)</script>", "</title><script>x</script>", `"><img src=x onerror=alert(1)>`, "<!--", "]]>", "{{.Case}}", "&lt;b&gt;", "</style><style>*{}",
	"a\x00b", "a\x01\x1b[31mb", "a\u202ecod.exe", "\u2066isolate", "\u200f", "\ufeff", "\xff\xfe", "\u2028line", "\r\nx", "\U000e0041", "javascript:alert(1)", "https://example.org/",
	"שלום", "👩‍👩‍👧", strings.Repeat("x", 5000),
}

// filled is the sample with the words in every place that holds some.
func filled(words string) record.Record {
	r := sample()
	r.Case, r.Subject, r.Language = r.Case+words, words+"s", words
	for i := range r.Sections {
		s := &r.Sections[i]
		s.ID, s.Title = s.ID+words, words
		for j := range s.Items {
			s.Items[j].ID += words
			s.Items[j].Question, s.Items[j].Short, s.Items[j].Fact = words, words, "f"+words
			for k := range s.Items[j].Answers {
				a := &s.Items[j].Answers[k]
				a.Text, a.Code, a.Currency = words, words, words
			}
		}
	}
	r.Decisions[0].When, r.Decisions[0].Text, r.Decisions[0].Note = words, words, words
	r.Releases[0].To, r.Releases[0].Why, r.Releases[0].Text, r.Releases[0].Sent = words, words, words, []string{words}
	r.Looks = []string{words}
	r.Page.Title, r.Page.Notes, r.Page.Looks = words, []string{words}, words
	r.Partners = []record.Record{r}
	return r
}

var tags = regexp.MustCompile(`<[a-zA-Z!/][^>]*>`)

// skeleton is the tags of a page, those with a language but for its name.
func skeleton(t *testing.T, r record.Record) string {
	t.Helper()
	doc, err := record.HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range string(doc) {
		if unicode.IsControl(c) && c != '\n' && c != '\t' || unicode.Is(unicode.Bidi_Control, c) {
			t.Errorf("the page holds %U", c)
		}
	}
	all := strings.Join(tags.FindAllString(string(doc), -1), "\n")
	return regexp.MustCompile(`<html[^>]*>`).ReplaceAllString(all, "<html>")
}

func TestWordsAreNoMarkup(t *testing.T) {
	t.Parallel()
	want := skeleton(t, filled("words"))
	for _, outside := range []string{"<script", "<link", "<img", "<iframe", "src=", "href=", "http:", "https:", "url("} {
		if strings.Contains(want, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
	for i, words := range hostile {
		r := filled(words)
		if words == "\ufeff" || words == "\u2066isolate" || words == "\u200f" || words == "\U000e0041" {
			r = filled("x" + words) // alone it is nothing, and a heading without words falls away
		}
		if diff := cmp.Diff(skeleton(t, r), want); diff != "" {
			t.Errorf("words %d change the page: got (-) and want (+):\n%s", i, diff)
		}
		doc, err := record.FHIR(r)
		if err != nil {
			t.Fatal(err)
		}
		checkFHIR(t, doc)
		if doc, err = record.JSON(r); err != nil || !json.Valid(doc) {
			t.Errorf("words %d: our own JSON is none (%v)", i, err)
		}
	}
}

func TestAnyWords(t *testing.T) {
	t.Parallel()
	want := skeleton(t, filled("words"))
	rapid.Check(t, func(rt *rapid.T) {
		words := "x" + rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)).Draw(rt, "words")
		if got := skeleton(t, filled(words)); got != want {
			rt.Fatalf("the page changes:\n%s", cmp.Diff(got, want))
		}
		doc, err := record.FHIR(filled(words))
		if err != nil {
			rt.Fatal(err)
		}
		checkFHIR(t, doc)
	})
}

// A record of nothing is a page, a response and a JSON all the same.
func TestEmpty(t *testing.T) {
	t.Parallel()
	r := record.Record{Made: made, Page: record.Page{Title: "Your record", Nothing: "Nothing is kept."}}
	doc, err := record.FHIR(r)
	if err != nil {
		t.Fatal(err)
	}
	checkFHIR(t, doc)
	page, err := record.HTML(r)
	if err != nil || !strings.Contains(string(page), "Nothing is kept.") {
		t.Errorf("got %v and a page that does not say so:\n%s", err, page)
	}
}

// Nothing of a record reaches a log or an error by mistake.
func TestRedacted(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, sample()); got != "[redacted]" {
			t.Errorf("%s: got %q", form, got)
		}
	}
}

func ExampleHTML() {
	page, err := record.HTML(record.Record{
		Language: "en", Made: made,
		Sections: []record.Section{{ID: "intake", Items: []record.Item{
			{ID: "age", Question: "Are you 18 or over?", Kind: record.Choice, Answers: []record.Answer{{Text: "Yes, I am", Code: "adult"}}},
		}}},
		Page: record.Page{Title: "Your record"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, answers, _ := strings.Cut(string(page), "<dl>")
	answers, _, _ = strings.Cut(answers, "</dl>")
	fmt.Println(strings.TrimSpace(answers))
	// Output:
	// <dt dir="auto">Are you 18 or over?</dt>
	// <dd dir="auto">Yes, I am</dd>
}
