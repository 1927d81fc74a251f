package record

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// System names what codes and identifiers of ours belong to.
const System = "urn:anteroom:"

// Questionnaire is the canonical name of the questionnaire that is answered,
// with the version of its form.
const Questionnaire = System + "questionnaire:record|1"

// The part of FHIR R4 (4.0.1) that is written, by
// https://hl7.org/fhir/R4/questionnaireresponse.html and bundle.html.
type (
	response struct {
		ResourceType  string     `json:"resourceType"`
		Language      string     `json:"language,omitempty"`
		Identifier    identifier `json:"identifier,omitzero"`
		Questionnaire string     `json:"questionnaire"`
		Status        string     `json:"status"`
		Subject       reference  `json:"subject,omitzero"`
		Authored      string     `json:"authored"`
		Item          []item     `json:"item,omitempty"`
	}
	identifier struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value,omitempty"`
	}
	reference struct {
		Type       string     `json:"type,omitempty"`
		Identifier identifier `json:"identifier,omitzero"`
	}
	item struct {
		LinkID string   `json:"linkId"`
		Text   string   `json:"text,omitempty"`
		Answer []answer `json:"answer,omitempty"`
		Item   []item   `json:"item,omitempty"`
	}
	answer struct {
		Integer  *int      `json:"valueInteger,omitempty"`
		Date     string    `json:"valueDate,omitempty"`
		String   string    `json:"valueString,omitempty"`
		Coding   *coding   `json:"valueCoding,omitempty"`
		Quantity *quantity `json:"valueQuantity,omitempty"`
	}
	coding struct {
		System  string `json:"system,omitempty"`
		Code    string `json:"code"`
		Display string `json:"display,omitempty"`
	}
	bundle struct {
		ResourceType string  `json:"resourceType"`
		Type         string  `json:"type"`
		Entry        []entry `json:"entry"`
	}
	entry struct {
		Resource response `json:"resource"`
	}
	quantity struct {
		Value  int    `json:"value"`
		Unit   string `json:"unit,omitempty"`
		System string `json:"system,omitempty"`
		Code   string `json:"code,omitempty"`
	}
)

// FHIR writes the answers of the record as one QuestionnaireResponse of FHIR
// R4: a group for each section, an item for each question. The subject is named
// by the pseudonym alone. Decisions, releases and looks are no answers, and
// stand in [HTML] and [JSON] only. A record with partners is a Bundle of such
// responses, one for each person, since each has its own subject.
func FHIR(r Record) ([]byte, error) {
	r = r.cleaned()
	if len(r.Partners) == 0 {
		return indented("FHIR", responseOf(r))
	}
	all := bundle{ResourceType: "Bundle", Type: "collection", Entry: []entry{{responseOf(r)}}}
	for _, p := range r.Partners {
		all.Entry = append(all.Entry, entry{responseOf(p)})
	}
	return indented("FHIR", all)
}

func responseOf(r Record) response {
	out := response{ResourceType: "QuestionnaireResponse", Language: code(r.Language), Questionnaire: Questionnaire, Status: "in-progress",
		Authored: instant(r.Made)}
	if r.Status == Complete {
		out.Status = "completed"
	}
	if !r.Sent.IsZero() {
		out.Authored = instant(r.Sent)
	}
	if r.Case != "" {
		out.Identifier = identifier{System: System + "case", Value: r.Case}
	}
	if r.Subject != "" {
		out.Subject = reference{Type: "Patient", Identifier: identifier{System: System + "pseudonym", Value: r.Subject}}
	}
	for _, s := range r.Sections {
		group := item{LinkID: s.ID, Text: s.Title}
		for _, i := range s.Items {
			one := item{LinkID: s.ID + "/" + i.ID, Text: i.Question}
			if one.Text == "" {
				one.Text = i.Short
			}
			for _, a := range i.Answers {
				if v, ok := typed(i, a); ok {
					one.Answer = append(one.Answer, v)
				}
			}
			group.Item = append(group.Item, one)
		}
		if len(group.Item) > 0 {
			out.Item = append(out.Item, group)
		}
	}
	return out
}

// typed is an answer by its type. What does not have the form that the type
// asks for is given as words, rather than lost.
func typed(i Item, a Answer) (answer, bool) {
	switch {
	case a.Own:
	case a.Number != nil && (i.Kind == Number || i.Kind == Scale):
		return answer{Integer: a.Number}, true
	case a.Number != nil && i.Kind == Money:
		q := quantity{Value: *a.Number}
		if code(a.Currency) != "" {
			q = quantity{*a.Number, a.Currency, "urn:iso:std:iso:4217", a.Currency}
		}
		return answer{Quantity: &q}, true
	case i.Kind == Date:
		if _, err := time.Parse(time.DateOnly, a.Code); err == nil {
			return answer{Date: a.Code}, true
		}
	case code(a.Code) == "":
	case i.Kind == Country:
		system := "urn:iso:std:iso:3166"
		if len(a.Code) > 2 {
			system = "urn:iso:std:iso:3166:-2"
		}
		return answer{Coding: &coding{system, a.Code, a.Text}}, true
	case i.Kind == Choice || i.Kind == Several || i.Kind == Hours:
		of := System + "fact:" + i.Fact
		if strings.ContainsFunc(of, unicode.IsSpace) {
			of = ""
		}
		return answer{Coding: &coding{of, a.Code, a.Text}}, true
	}
	return answer{String: a.Text}, a.Text != ""
}

var codeForm = regexp.MustCompile(`^[^\s]+( [^\s]+)*$`)

// code is a string if it has the form of FHIR's code, and nothing otherwise.
func code(s string) string {
	if codeForm.MatchString(s) {
		return s
	}
	return ""
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
