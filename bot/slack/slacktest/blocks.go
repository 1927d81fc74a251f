package fakeslack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Block is one block as the app sent it, decoded from JSON.
type Block = map[string]any

// Plain is everything in the blocks that a person reads, a line each.
func Plain(blocks []Block) string {
	var lines []string
	for _, b := range blocks {
		walk(b, func(o map[string]any) {
			if t, ok := o["text"].(string); ok && (o["type"] == "plain_text" || o["type"] == "mrkdwn" || o["type"] == "text") {
				lines = append(lines, t)
			}
		})
	}
	return strings.Join(lines, "\n")
}

var mention = regexp.MustCompile(`<([!@#][^>]*)>`)

// Mentions are the people and channels that the text and the mrkdwn objects
// of the blocks ping or link: "!channel", "@U1".
func Mentions(text string, blocks []Block) []string {
	var out []string
	find := func(t string) {
		for _, m := range mention.FindAllStringSubmatch(t, -1) {
			out = append(out, m[1])
		}
	}
	find(text)
	for _, b := range blocks {
		walk(b, func(o map[string]any) {
			if o["type"] == "mrkdwn" {
				t, _ := o["text"].(string)
				find(t)
			}
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// walk visits every object in v in document order, map keys sorted.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			walk(v[k], visit)
		}
	case []any:
		for _, x := range v {
			walk(x, visit)
		}
	}
}

// find is the element with an action id, and the block around it.
func find(blocks []Block, actionID string) (block Block, element map[string]any) {
	for _, b := range blocks {
		walk(b, func(o map[string]any) {
			if o["action_id"] == actionID && element == nil {
				block, element = b, o
			}
		})
	}
	return block, element
}

// checker collects what is wrong with blocks, as Slack's messages do.
type checker struct{ problems []string }

func (c *checker) bad(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// checkBlocks holds blocks against the documented limits and gives each a
// block id. Inputs are for modals only here.
func checkBlocks(raw any, most int, modal bool) ([]Block, []string) {
	js, _ := json.Marshal(raw)
	var blocks []Block
	if err := json.Unmarshal(js, &blocks); err != nil {
		return nil, []string{"blocks: must be an array of objects"}
	}
	c := &checker{}
	if len(blocks) > most {
		c.bad("no more than %d items allowed [json-pointer:/blocks]", most)
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		at := fmt.Sprintf("[json-pointer:/blocks/%d]", i)
		id, _ := b["block_id"].(string)
		if id == "" {
			id = fmt.Sprintf("auto%d", i)
			b["block_id"] = id
		}
		if ids[id] {
			c.bad("block_id `%s` already exists %s", id, at)
		}
		ids[id] = true
		c.length(at, "block_id", id, 1, 255)
		c.block(at, b, modal)
	}
	return blocks, c.problems
}

func (c *checker) block(at string, b Block, modal bool) {
	switch b["type"] {
	case "section":
		if b["text"] == nil && b["fields"] == nil {
			c.bad("missing required field: text %s", at)
		}
		if b["text"] != nil {
			c.text(at+"/text", b["text"], 3000, false)
		}
		fields, _ := b["fields"].([]any)
		if len(fields) > 10 {
			c.bad("no more than 10 items allowed %s/fields", at)
		}
		for _, f := range fields {
			c.text(at+"/fields", f, 2000, false)
		}
		if b["accessory"] != nil {
			c.element(at+"/accessory", b["accessory"])
		}
	case "header":
		c.text(at+"/text", b["text"], 150, true)
	case "divider":
	case "image":
		alt, _ := b["alt_text"].(string)
		c.length(at, "alt_text", alt, 1, 2000)
		if (b["image_url"] == nil) == (b["slack_file"] == nil) {
			c.bad("one of image_url and slack_file %s", at)
		}
		if b["title"] != nil {
			c.text(at+"/title", b["title"], 2000, true)
		}
	case "rich_text":
		c.preformatted(at, b)
	case "context":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > 10 {
			c.bad("1 to 10 items allowed %s/elements", at)
		}
		for _, e := range elements {
			c.text(at+"/elements", e, 3000, false)
		}
	case "actions":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > 25 {
			c.bad("1 to 25 items allowed %s/elements", at)
		}
		ids := map[any]bool{}
		for _, e := range elements {
			c.element(at+"/elements", e)
			if o, ok := e.(map[string]any); ok {
				if ids[o["action_id"]] {
					c.bad("`action_id` %v already exists %s", o["action_id"], at)
				}
				ids[o["action_id"]] = true
			}
		}
	case "input":
		if !modal {
			c.bad("unsupported block: input %s", at)
		}
		c.text(at+"/label", b["label"], 2000, true)
		if b["hint"] != nil {
			c.text(at+"/hint", b["hint"], 2000, true)
		}
		c.element(at+"/element", b["element"])
	default:
		c.bad("unsupported type: %v %s", b["type"], at)
	}
}

// preformatted is the one thing of a rich text that we know: text as it stands.
func (c *checker) preformatted(at string, b Block) {
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 {
		c.bad("missing required field: elements %s", at)
	}
	for _, e := range elements {
		o, _ := e.(map[string]any)
		if o["type"] != "rich_text_preformatted" {
			c.bad("unsupported element: %v %s", o["type"], at)
		}
		inner, _ := o["elements"].([]any)
		for _, t := range inner {
			o, _ := t.(map[string]any)
			if o["type"] != "text" {
				c.bad("unsupported element: %v %s", o["type"], at)
			}
			text, _ := o["text"].(string)
			c.length(at, "text", text, 1, 4000)
		}
	}
}

func (c *checker) length(at, what, text string, least, most int) {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		c.bad("must be between %d and %d characters, has %d: %s %s", least, most, n, what, at)
	}
}

func (c *checker) text(at string, v any, most int, plainOnly bool) {
	o, _ := v.(map[string]any)
	text, _ := o["text"].(string)
	if o["type"] != "plain_text" && (plainOnly || o["type"] != "mrkdwn") {
		c.bad("unsupported text type: %v %s", o["type"], at)
	}
	if o["type"] == "plain_text" && o["verbatim"] == true || o["type"] == "mrkdwn" && o["emoji"] != nil {
		c.bad("invalid additional property %s", at)
	}
	c.length(at, "text", text, 1, most)
}

func (c *checker) element(at string, v any) {
	e, _ := v.(map[string]any)
	id, _ := e["action_id"].(string)
	c.length(at, "action_id", id, 1, 255)
	if e["placeholder"] != nil {
		c.text(at+"/placeholder", e["placeholder"], 150, true)
	}
	switch e["type"] {
	case "button":
		c.text(at+"/text", e["text"], 75, true)
		value, _ := e["value"].(string)
		c.length(at, "value", value, 0, 2000)
		if s := e["style"]; s != nil && s != "primary" && s != "danger" {
			c.bad("unsupported style %v %s", s, at)
		}
	case "static_select", "radio_buttons", "checkboxes":
		most := 100
		if e["type"] != "static_select" {
			most = 10
		}
		options, _ := e["options"].([]any)
		if groups, ok := e["option_groups"].([]any); ok && e["type"] == "static_select" {
			if len(groups) == 0 || len(groups) > 100 || e["options"] != nil {
				c.bad("1 to 100 groups allowed, and no options besides %s", at)
			}
			for _, g := range groups {
				o, _ := g.(map[string]any)
				c.text(at+"/label", o["label"], 75, true)
				inner, _ := o["options"].([]any)
				if len(inner) == 0 || len(inner) > 100 {
					c.bad("1 to 100 options allowed %s", at)
				}
				for _, o := range inner {
					c.option(at, o)
				}
			}
			break
		}
		if len(options) == 0 || len(options) > most {
			c.bad("1 to %d options allowed %s", most, at)
		}
		var values []any
		for _, o := range options {
			values = append(values, c.option(at, o))
		}
		if first, ok := e["initial_option"].(map[string]any); ok && !slices.Contains(values, first["value"]) {
			c.bad("initial_option must be one of the options %s", at)
		}
	case "plain_text_input":
		text, _ := e["initial_value"].(string)
		most, _ := e["max_length"].(float64)
		if most < 0 || most > 3000 {
			c.bad("max_length must be 1 to 3000 %s", at)
		}
		if most > 0 {
			c.length(at, "initial_value", text, 0, int(most))
		}
	case "datepicker":
		if d, ok := e["initial_date"].(string); ok {
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				c.bad("initial_date must be YYYY-MM-DD %s", at)
			}
		}
	case "datetimepicker":
		if d, ok := e["initial_date_time"].(float64); ok && len(fmt.Sprintf("%.0f", d)) != 10 {
			c.bad("initial_date_time must have 10 digits %s", at)
		}
	default:
		c.bad("unsupported element: %v %s", e["type"], at)
	}
}

func (c *checker) option(at string, v any) any {
	o, _ := v.(map[string]any)
	c.text(at+"/option", o["text"], 75, false)
	value, _ := o["value"].(string)
	c.length(at, "option value", value, 1, 150)
	return o["value"]
}
