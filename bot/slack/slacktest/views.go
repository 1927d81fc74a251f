package fakeslack

import (
	"encoding/json"
	"slices"
	"time"
)

// View is a modal as its user sees it.
type View struct {
	ID, Hash        string
	User            string
	CallbackID      string
	PrivateMetadata string
	Title           string
	SubmitLabel     string // "": it cannot be submitted
	Blocks          []Block
	Root, Previous  string
	Errors          map[string]string // by block id, after a refused submission
	Home            bool              // it is a person's home, and no modal

	raw map[string]any // as the app sent it
}

// Plain is what a person reads in the view's blocks.
func (v View) Plain() string { return Plain(v.Blocks) }

// Plain is what a person reads in the message's blocks.
func (m Message) Plain() string { return Plain(m.Blocks) }

type trigger struct {
	user    string
	expires time.Time
	used    bool
}

func (s *Server) newTrigger(user string) string {
	id := s.id("trigger.")
	s.triggers[id] = &trigger{user: user, expires: s.opt.Now().Add(s.opt.TriggerLife)}
	return id
}

const (
	maxStack = 3
	maxView  = 250_000 // bytes
)

func text(v any) string {
	o, _ := v.(map[string]any)
	t, _ := o["text"].(string)
	return t
}

// makeView checks a view as an app sent it.
func (s *Server) makeView(raw any) (*View, *apiError) {
	js, _ := json.Marshal(raw)
	o, _ := raw.(map[string]any)
	home := o["type"] == "home"
	if o == nil || o["type"] != "modal" && !home {
		return nil, fail("invalid_arguments", "[ERROR] unsupported type [json-pointer:/view/type]")
	}
	if len(js) > maxView {
		return nil, fail("view_too_large")
	}
	blocks, problems := checkBlocks(o["blocks"], 100, !home)
	c := &checker{problems: append(problems, s.pictures(blocks)...)}
	if len(blocks) == 0 {
		c.bad("missing required field: blocks")
	}
	if !home {
		c.text("/title", o["title"], 24, true)
	}
	hasInput := slices.ContainsFunc(blocks, func(b Block) bool { return b["type"] == "input" })
	for _, k := range []string{"submit", "close"} {
		if o[k] != nil {
			c.text("/"+k, o[k], 24, true)
		}
	}
	if hasInput && o["submit"] == nil {
		c.bad("submit is required when there are input blocks")
	}
	v := &View{CallbackID: str(o, "callback_id"), PrivateMetadata: str(o, "private_metadata"), Title: text(o["title"]),
		SubmitLabel: text(o["submit"]), Blocks: blocks, Home: home, raw: o}
	c.length("/view", "private_metadata", v.PrivateMetadata, 0, 3000)
	c.length("/view", "callback_id", v.CallbackID, 0, 255)
	if len(c.problems) > 0 {
		return nil, fail("invalid_arguments", c.problems...)
	}
	return v, nil
}

// place puts a view on top of a user's stack.
func (s *Server) place(user string, v *View) *apiError {
	stack := s.stacks[user]
	if len(stack) >= maxStack {
		return fail("push_limit_reached")
	}
	v.ID, v.Hash, v.User = s.id("V"), s.id("hash."), user
	v.Root = v.ID
	if len(stack) > 0 {
		v.Root, v.Previous = stack[0].ID, stack[len(stack)-1].ID
	}
	s.stacks[user] = append(slices.Clone(stack), v)
	s.touch()
	return nil
}

func (s *Server) openView(method string, args map[string]any) (map[string]any, *apiError) {
	tr := s.triggers[str(args, "trigger_id")]
	switch {
	case tr == nil:
		return nil, fail("invalid_trigger_id")
	case tr.used:
		return nil, fail("exchanged_trigger_id")
	case s.opt.Now().After(tr.expires):
		return nil, fail("expired_trigger_id")
	}
	v, err := s.makeView(args["view"])
	if err != nil {
		return nil, err
	}
	if v.Home {
		return nil, fail("invalid_arguments", "a home is published, not opened")
	}
	if method == "views.push" && len(s.stacks[tr.user]) == 0 {
		return nil, fail("not_found")
	}
	if method == "views.open" {
		s.stacks[tr.user] = nil
	}
	if err := s.place(tr.user, v); err != nil {
		return nil, err
	}
	tr.used = true
	return map[string]any{"view": v.wire(nil)}, nil
}

// publish shows a person their home.
func (s *Server) publish(args map[string]any) (map[string]any, *apiError) {
	user := str(args, "user_id")
	v, err := s.makeView(args["view"])
	if err != nil {
		return nil, err
	}
	if user == "" || !v.Home {
		return nil, fail("invalid_arguments")
	}
	v.ID, v.Hash, v.User = s.id("V"), s.id("hash."), user
	if old := s.homes[user]; old != nil {
		v.ID = old.ID
	}
	v.Root = v.ID
	s.homes[user] = v
	s.touch()
	return map[string]any{"view": v.wire(nil)}, nil
}

func (s *Server) viewByID(id string) *View {
	for _, v := range s.homes {
		if v.ID == id {
			return v
		}
	}
	for _, stack := range s.stacks {
		for _, v := range stack {
			if v.ID == id {
				return v
			}
		}
	}
	return nil
}

// replace puts new content into an open view.
func (s *Server) replace(old, v *View) {
	v.ID, v.Hash, v.User, v.Root, v.Previous = old.ID, s.id("hash."), old.User, old.Root, old.Previous
	stack := slices.Clone(s.stacks[old.User])
	for i, x := range stack {
		if x.ID == old.ID {
			stack[i] = v
		}
	}
	s.stacks[old.User] = stack
	s.touch()
}

func (s *Server) updateView(args map[string]any) (map[string]any, *apiError) {
	old := s.viewByID(str(args, "view_id"))
	switch hash := str(args, "hash"); {
	case old == nil || old.Home:
		return nil, fail("not_found")
	case hash != "" && hash != old.Hash:
		return nil, fail("hash_conflict")
	}
	v, err := s.makeView(args["view"])
	if err != nil {
		return nil, err
	}
	s.replace(old, v)
	return map[string]any{"view": v.wire(nil)}, nil
}

// wire is the view as the API and the payloads show it.
func (v *View) wire(values map[string]any) map[string]any {
	if values == nil {
		values = map[string]any{}
	}
	kind := "modal"
	if v.Home {
		kind = "home"
	}
	w := map[string]any{
		"id": v.ID, "team_id": "T0", "type": kind, "hash": v.Hash, "callback_id": v.CallbackID, "private_metadata": v.PrivateMetadata,
		"blocks": v.Blocks, "state": map[string]any{"values": values}, "root_view_id": v.Root, "app_id": "A0", "bot_id": "B0",
		"title": v.raw["title"], "submit": v.raw["submit"], "close": v.raw["close"],
	}
	if v.Previous != "" {
		w["previous_view_id"] = v.Previous
	}
	return w
}

// respond carries out what an app answered to a submission.
func (s *Server) respond(viewID string, payload json.RawMessage) (trouble bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	v := s.viewByID(viewID)
	if v == nil {
		return true
	}
	var r struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   any               `json:"view"`
	}
	if len(payload) > 0 && json.Unmarshal(payload, &r) != nil {
		return true
	}
	switch r.Action {
	case "":
		stack := s.stacks[v.User]
		s.stacks[v.User] = slices.Clone(stack[:max(0, len(stack)-1)])
	case "clear":
		delete(s.stacks, v.User)
	case "errors":
		for id := range r.Errors {
			if !slices.ContainsFunc(v.Blocks, func(b Block) bool { return b["block_id"] == id && b["type"] == "input" }) {
				return true
			}
		}
		marked := *v
		marked.Errors = r.Errors
		stack := slices.Clone(s.stacks[v.User])
		stack[slices.Index(stack, v)] = &marked
		s.stacks[v.User] = stack
		return len(r.Errors) == 0
	case "update", "push":
		n, err := s.makeView(r.View)
		if err != nil {
			return true
		}
		if r.Action == "push" {
			return s.place(v.User, n) != nil
		}
		s.replace(v, n)
	default:
		return true
	}
	return false
}
