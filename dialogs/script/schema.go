package script

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Schema is a JSON Schema (draft 7, which editors read) of one kind of file, "dialog",
// "list" or "translation", made from the tables that the files are read with,
// so that an editor completes keys and underlines what will be refused. It
// knows the shape of a file only; what the words refer to, Load and the proof
// find out.
func Schema(kind string) ([]byte, error) {
	var s shape
	switch kind {
	case "dialog":
		s = dialogShape()
	case "list":
		s = listShape()
	case "translation":
		s = translationShape()
	default:
		return nil, fmt.Errorf("schema: there is no kind of file %q", kind)
	}
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = "Anteroom " + kind
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(out, '\n'), nil
}

// shape is a piece of a schema.
type shape map[string]any

func (s shape) says(what string) shape {
	out := shape{"description": what}
	for k, v := range s {
		out[k] = v
	}
	return out
}

func wordShape(p *regexp.Regexp) shape { return shape{"type": "string", "pattern": p.String()} }

func oneOfShape(words ...string) shape { return shape{"enum": words} }

func wholeShape(min, max int) shape { return shape{"type": "integer", "minimum": min, "maximum": max} }

func textShape() shape { return shape{"type": "string", "minLength": 1} }

// someShape is one, or a list of them.
func someShape(of shape) shape {
	return shape{"anyOf": []shape{of, {"type": "array", "items": of}}}
}

// mapShape is a mapping from words of one pattern.
func mapShape(key *regexp.Regexp, of shape) shape {
	return shape{"type": "object", "propertyNames": wordShape(key), "additionalProperties": of}
}

// fixedShape is a mapping whose keys are fixed.
func fixedShape(keys map[string]shape, required ...string) shape {
	s := shape{"type": "object", "additionalProperties": false, "properties": keys}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

var (
	stepShapeOf  = wordShape(stepPattern)
	factShapeOf  = wordShape(factPattern)
	valueShapeOf = wordShape(valuePattern)
)

func dialogShape() shape {
	return fixedShape(map[string]shape{
		"dialog":   stepShapeOf.says("The dialog's name: that of its file."),
		"version":  wholeShape(1, 1<<30),
		"language": wordShape(languagePattern).says("The language of the texts in this file."),
		"longest":  wholeShape(1, 1000).says("The most questions that any path may ask."),
		"given":    mapShape(givenPattern, oneOfShape("text", "number", "money", "date")).says("What texts ask of the service, as in {practice.name}."),
		"facts":    mapShape(factPattern, factShapeIn()).says("What may be learned, who may see it, and how long it is kept."),
		"consent":  factShapeOf.says("The fact that records consent; or “given”, for a dialog that begins after consent only."),
		"needs":    someShape(factShapeOf).says("Facts that are known before this dialog begins or is called."),
		"moved": fixedShape(map[string]shape{
			"steps":   mapShape(stepPattern, stepShapeOf),
			"facts":   mapShape(factPattern, factShapeOf),
			"answers": mapShape(stepPattern, mapShape(valuePattern, valueShapeOf)),
		}).says("What earlier releases called steps, answers and facts: the name then, and the name now, or “gone”."),
		"misses": missesShape().says("Where a question leads when the answers were not understood too often in a row."),
		"steps":  mapShape(stepPattern, stepsShape()).says("Top to bottom, unless `go` says otherwise."),
	}, "dialog", "steps")
}

func missesShape() shape {
	return fixedShape(map[string]shape{"after": wholeShape(1, 20), "go": stepShapeOf}, "go")
}

func factShapeIn() shape {
	return fixedShape(map[string]shape{
		"type": oneOfShape(typeNames[:]...),
		"of": {"anyOf": []shape{
			{"type": "array", "items": valueShapeOf, "minItems": 1},
			fixedShape(map[string]shape{"list": stepShapeOf, "host": stepShapeOf}),
		}},
		"min":            wholeShape(-1_000_000, 1_000_000_000),
		"max":            wholeShape(1, 1_000_000_000),
		"seen-by":        oneOfShape(seenByWords...).says("Who may ever see it."),
		"never":          someShape(oneOfShape(neverWords...)).says("Where it must never appear."),
		"keep":           oneOfShape(keepWords...).says("How long it is kept."),
		"set-by":         stepShapeOf.says("The host call that alone may set it."),
		"before-consent": oneOfShape("allowed").says("May be asked before the person consented."),
	}, "type", "seen-by", "keep")
}

// stepKeys are the shapes of every key that some kind of step may have.
func stepKeys() map[string]shape {
	keys := map[string]shape{
		"say":      {"anyOf": []shape{textShape(), {"type": "array", "items": textShape(), "minItems": 1}}, "description": "Messages that want no answer."},
		"ask":      textShape().says("A question."),
		"review":   textShape().says("A question over what was answered; {readback} stands for the answers."),
		"call":     stepShapeOf.says("Another dialog, in place."),
		"do":       stepShapeOf.says("Something the service does; its result goes into a fact."),
		"wait":     stepShapeOf.says("Waits for an event of that name."),
		"alert":    stepShapeOf.says("Tells a person at the practice."),
		"finish":   stepShapeOf.says("The end, with an outcome."),
		"verbatim": textShape().says("The source of words that must stay as they were published."),
		"into":     factShapeOf.says("The fact that keeps the answer."),
		"from":     factShapeOf.says("The several-choice that holds what may be chosen."),
		"answers":  mapShape(valuePattern, textShape()).says("The buttons: id and label. Ids never change; wording may."),
		"also":     mapShape(valuePattern, someShape(textShape())).says("Other words that mean an answer."),
		"spans":    mapShape(valuePattern, wordShape(spanPattern)).says("The length of time from which on an answer is meant, and where it ends."),
		"own":      fixedShape(map[string]shape{"answer": valueShapeOf, "into": factShapeOf}, "answer", "into").says("The answer that other words count as, and the fact that keeps them."),
		"openly":   someShape(valueShapeOf).says("Answers that may show in what follows at once."),
		"misses":   missesShape(),
		"go": {"anyOf": []shape{stepShapeOf, mapShape(valuePattern, stepShapeOf)},
			"description": "Where it goes on: a step, or a step for each answer, and else."},
		"set": mapShape(factPattern, shape{"type": []string{"string", "number"}}).says("Facts set to constants."),
		"route": {"type": "array", "minItems": 1, "description": "The first condition that holds decides.", "items": shape{"anyOf": []shape{
			fixedShape(map[string]shape{"when": textShape(), "go": stepShapeOf, "openly": someShape(factShapeOf)}, "when", "go"),
			fixedShape(map[string]shape{"else": stepShapeOf, "openly": someShape(factShapeOf)}, "else"),
		}}},
	}
	for key, says := range map[string]string{
		"short": "A short name of the question, for the read-back.", "why": "Why it is asked.", "again": "What is said when the answer was not understood.",
		"done": "The button that ends a several-choice.", "skip": "The button that passes the question over.",
		"change": "The button that changes an answer.", "pick": "Asks which answer to change.",
	} {
		keys[key] = textShape().says(says)
	}
	return keys
}

// stepsShape is one of the kinds of step, each with the keys that go with it.
func stepsShape() shape {
	keys := stepKeys()
	var kinds []shape
	for _, k := range stepKinds {
		with := map[string]shape{k.key: keys[k.key]}
		for key := range strings.FieldsSeq(k.with) {
			with[key] = keys[key]
		}
		kinds = append(kinds, fixedShape(with, k.key))
	}
	return shape{"oneOf": kinds}
}

func listShape() shape {
	return fixedShape(map[string]shape{
		"list":     stepShapeOf.says("The list's name: that of its file."),
		"language": wordShape(languagePattern),
		"first":    someShape(valueShapeOf).says("The options that get buttons; without it, all."),
		"moved":    mapShape(valuePattern, valueShapeOf).says("Options of earlier releases: the id then, and the id now, or “gone”."),
		"options": mapShape(valuePattern, shape{"anyOf": []shape{
			textShape(),
			fixedShape(map[string]shape{"label": textShape(), "also": someShape(textShape())}, "label"),
		}}),
	}, "list", "options")
}

func translationShape() shape {
	both := map[string]shape{}
	for _, form := range forms {
		both[form] = textShape()
	}
	words := shape{"anyOf": []shape{textShape(), fixedShape(both, forms...)}, "description": "A text, or both forms of address."}
	step := map[string]shape{
		"answers": mapShape(valuePattern, words),
		"also":    mapShape(valuePattern, someShape(textShape())),
	}
	for _, key := range textFields {
		step[key] = words
	}
	step["say"] = shape{"anyOf": []shape{words, {"type": "array", "items": words, "minItems": 1}}}
	s := fixedShape(map[string]shape{
		"translation": stepShapeOf.says("The name of the dialog or list that this says in another language."),
		"language":    wordShape(languagePattern),
		"steps":       mapShape(stepPattern, fixedShape(step)),
		"options": mapShape(valuePattern, shape{"anyOf": []shape{
			words, fixedShape(map[string]shape{"label": words, "also": someShape(textShape())}),
		}}),
		"of": mapShape(valuePattern, shape{"type": []string{"string", "integer", "number"}}).says("Which texts each step or option was translated from; `anteroom check -translated` writes it."),
	}, "translation", "language")
	s["oneOf"] = []shape{{"required": []string{"steps"}}, {"required": []string{"options"}}}
	return s
}
