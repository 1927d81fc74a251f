package record_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The reader below holds a document against the definitions of FHIR R4 that a
// QuestionnaireResponse of ours can touch: http://hl7.org/fhir/R4, the pages
// questionnaireresponse, datatypes, references, and fhir.schema.json. It knows
// no member that we do not write, and takes none that it does not know.

// shape is what a value must look like; it says what is wrong.
type shape func(path string, v any) []string

// member of an object: its shape, and whether it must be there.
type member struct {
	is   shape
	must bool
}

func like(pattern string) shape {
	form := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(path string, v any) []string {
		s, ok := v.(string)
		switch {
		case !ok:
			return []string{fmt.Sprintf("%s is %T, want a string", path, v)}
		case s == "":
			return []string{path + " is empty"}
		case len(s) > 1<<20:
			return []string{path + " is longer than a megabyte"}
		case !form.MatchString(s):
			return []string{fmt.Sprintf("%s is %q, which is not %s", path, s, pattern)}
		}
		for _, r := range s { // "strings SHALL NOT contain Unicode character points below 32, except for 9, 10 and 13"
			if r < 32 && r != 9 && r != 10 && r != 13 {
				return []string{fmt.Sprintf("%s holds %U", path, r)}
			}
		}
		return nil
	}
}

func oneOf(values ...string) shape {
	return func(path string, v any) []string {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			return []string{fmt.Sprintf("%s is %v, want one of %q", path, v, values)}
		}
		return nil
	}
}

func whole(path string, v any) []string {
	n, ok := v.(json.Number)
	if i, err := n.Int64(); !ok || err != nil || i < math.MinInt32 || i > math.MaxInt32 {
		return []string{fmt.Sprintf("%s is %v, want a whole number of 32 bits", path, v)}
	}
	return nil
}

func many(is shape) shape {
	return func(path string, v any) (wrong []string) {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return []string{path + " is no array, or an empty one"}
		}
		for i, one := range list {
			wrong = append(wrong, is(fmt.Sprintf("%s[%d]", path, i), one)...)
		}
		return wrong
	}
}

func object(members map[string]member) shape {
	return func(path string, v any) (wrong []string) {
		o, ok := v.(map[string]any)
		if !ok || len(o) == 0 { // ele-1
			return []string{path + " is no object, or an empty one"}
		}
		for name, m := range members {
			if _, there := o[name]; m.must && !there {
				wrong = append(wrong, path+" lacks "+name)
			}
		}
		for name, one := range o {
			m, known := members[name]
			if !known {
				wrong = append(wrong, path+" has "+name+", which is not known")
				continue
			}
			wrong = append(wrong, m.is(path+"."+name, one)...)
		}
		return wrong
	}
}

// Primitive types, with the patterns of fhir.schema.json.
var (
	fhirString   = like(`[ \r\n\t\S]+`)
	fhirCode     = like(`[^\s]+(\s[^\s]+)*`)
	fhirURI      = like(`\S*`)
	fhirDate     = like(`([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1]))?)?`)
	fhirDateTime = like(`([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?`)

	fhirIdentifier = object(map[string]member{"system": {fhirURI, true}, "value": {fhirString, true}})
	fhirCoding     = object(map[string]member{"system": {fhirURI, false}, "code": {fhirCode, true}, "display": {fhirString, false}})
	fhirQuantity   = object(map[string]member{"value": {whole, true}, "unit": {fhirString, false}, "system": {fhirURI, false}, "code": {fhirCode, false}})
)

func fhirAnswer(path string, v any) []string {
	wrong := object(map[string]member{"valueInteger": {whole, false}, "valueDate": {fhirDate, false}, "valueString": {fhirString, false},
		"valueCoding": {fhirCoding, false}, "valueQuantity": {fhirQuantity, false}})(path, v)
	if o, ok := v.(map[string]any); ok && len(o) != 1 {
		wrong = append(wrong, path+" has not exactly one value[x]")
	}
	return wrong
}

func fhirItem(path string, v any) []string {
	wrong := object(map[string]member{"linkId": {fhirString, true}, "text": {fhirString, false},
		"answer": {many(fhirAnswer), false}, "item": {many(fhirItem), false}})(path, v)
	if o, ok := v.(map[string]any); ok && o["answer"] != nil && o["item"] != nil {
		wrong = append(wrong, path+": nested item under both item and answer (qrs-1)")
	}
	return wrong
}

var fhirResponse = object(map[string]member{
	"resourceType":  {oneOf("QuestionnaireResponse"), true},
	"language":      {fhirCode, false},
	"identifier":    {fhirIdentifier, false},
	"questionnaire": {like(`urn:[a-z0-9][a-z0-9-]{1,31}:[^\s|]+\|[^\s|]+`), true},
	"status":        {oneOf("in-progress", "completed", "amended", "entered-in-error", "stopped"), true},
	"subject":       {object(map[string]member{"type": {oneOf("Patient"), true}, "identifier": {fhirIdentifier, true}}), false},
	"authored":      {fhirDateTime, true},
	"item":          {many(fhirItem), false},
})

// A response in an entry is checked by itself.
var fhirBundle = object(map[string]member{
	"resourceType": {oneOf("Bundle"), true},
	"type":         {oneOf("collection"), true},
	"entry":        {many(object(map[string]member{"resource": {fhirResponse, true}})), true},
})

// checkFHIR says everything that is wrong with a document.
func checkFHIR(t *testing.T, doc []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if d.More() {
		t.Error("something stands behind the document")
	}
	top, _ := v.(map[string]any)
	if top["resourceType"] != "Bundle" {
		checkResponse(t, v)
		return
	}
	for _, wrong := range fhirBundle("bundle", v) {
		t.Error(wrong)
	}
	entries, _ := top["entry"].([]any)
	for _, e := range entries {
		one, _ := e.(map[string]any)
		checkResponse(t, one["resource"])
	}
}

func checkResponse(t *testing.T, v any) {
	t.Helper()
	for _, wrong := range fhirResponse("response", v) {
		t.Error(wrong)
	}
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		o, _ := v.(map[string]any)
		if id, ok := o["linkId"].(string); ok && seen[id] {
			t.Errorf("the linkId %q stands there twice", id)
		} else if ok {
			seen[id] = true
		}
		items, _ := o["item"].([]any)
		for _, i := range items {
			walk(i)
		}
	}
	walk(v)
	if o, _ := v.(map[string]any); o["authored"] != nil {
		if _, err := time.Parse(time.RFC3339, o["authored"].(string)); err != nil {
			t.Error(err)
		}
	}
}

// The reader itself finds what is wrong.
func TestFHIRReaderCanFail(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		`{}`, `[]`,
		`{"resourceType":"QuestionnaireResponse","status":"completed","authored":"2027-05-03T17:00:00Z"}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"done","authored":"2027-05-03T17:00:00Z"}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"3 May"}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"2027-05-03T17:00:00Z","item":[]}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"2027-05-03T17:00:00Z","item":[{"linkId":"a","answer":[{"valueString":""}]}]}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"2027-05-03T17:00:00Z","item":[{"linkId":"a","answer":[{"valueString":"x","valueInteger":1}]}]}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"2027-05-03T17:00:00Z","item":[{"linkId":"a","answer":[{"valueString":"\u0001"}]}]}`,
		`{"resourceType":"QuestionnaireResponse","questionnaire":"urn:a-b:c|1","status":"completed","authored":"2027-05-03T17:00:00Z","item":[{"text":"a"}]}`,
	} {
		d := json.NewDecoder(strings.NewReader(wrong))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if len(fhirResponse("response", v)) == 0 {
			t.Errorf("nothing is found wrong with %s", wrong)
		}
	}
}
