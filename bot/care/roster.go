package care

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const maxCases = 1000

func (b *book) roster(r *reader, n *yaml.Node) {
	var people *yaml.Node
	b.p.Groups = map[GroupID][]Topic{}
	r.mapping(n,
		may("groups", func(n *yaml.Node) {
			r.each(n, func(key, value *yaml.Node) {
				if !idForm.MatchString(key.Value) {
					r.bad(key, quote(key.Value)+" does not have the form of an id", "use small letters, digits and dashes")
					return
				}
				var topics []Topic
				some(r, &topics, both(form(idForm, "pelvic-pain"), among(b.known.Topics)))(value)
				b.p.Groups[GroupID(key.Value)] = topics
			})
		}),
		need("therapists", func(n *yaml.Node) { people = n }),
	)
	if people == nil {
		return
	}
	// Read last, whatever the order in the file: caps name groups.
	intake := false
	r.items(people, func(item *yaml.Node) {
		t := b.therapist(r, item)
		intake = intake || t.Intake
		b.p.Therapists = append(b.p.Therapists, t)
	})
	if people.Kind != yaml.SequenceNode {
		return
	}
	b.checkCovers(r)
	switch {
	case len(people.Content) == 0:
		r.bad(people, "nobody works here", "add a therapist")
	case !intake:
		r.bad(people, "nobody may read new enquiries", "set intake: true for at least one therapist")
	}
}

func (b *book) therapist(r *reader, n *yaml.Node) Therapist {
	t := Therapist{Fee: b.p.Fees.Fee, Levels: map[Topic]Level{}}
	r.mapping(n,
		need("id", func(n *yaml.Node) {
			checked(r, &t.ID, form(idForm, "ana"))(n)
			if _, taken := b.p.Therapist(t.ID); taken {
				r.bad(n, "two therapists have the id "+quote(string(t.ID)), "give each an id of their own")
			}
		}),
		need("name", text(r, &t.Name)),
		may("slack", func(n *yaml.Node) {
			blank(r, &t.Slack)(n)
			if t.Slack == "" {
				return
			}
			if !slackForm.MatchString(t.Slack) {
				r.bad(n, quote(t.Slack)+" is not a Slack user id", "copy the member ID from the Slack profile: U0123ABCD")
			} else if _, taken := b.p.BySlack(t.Slack); taken {
				r.bad(n, "two therapists have the Slack id "+quote(t.Slack), "give each their own")
			}
		}),
		may("age", func(n *yaml.Node) {
			blank(r, &t.Age)(n)
			if t.Age != "" && !ageForm.MatchString(t.Age) {
				r.bad(n, "this is not a public key of age", "copy the line age1… that age-keygen prints; the line AGE-SECRET-KEY-… stays with its owner")
			}
		}),
		need("licences", some(r, &t.Licences, form(placeForm, "US-CA, or GB for the whole country"))),
		need("languages", some(r, &t.Languages, both(form(languageForm, "en, es"), among(b.known.Languages)))),
		need("treatments", list(r, &t.Treatments, both(form(idForm, "sensate-focus"), among(b.known.Treatments)))),
		need("levels", func(n *yaml.Node) {
			topic := both(form(idForm, "pelvic-pain"), among(b.known.Topics))
			r.each(n, func(key, value *yaml.Node) {
				if what, mend := topic(key.Value); what != "" {
					r.bad(key, what, mend)
					return
				}
				level, ok := levels[value.Value]
				if !ok || value.Kind != yaml.ScalarNode {
					r.bad(value, "this is not a level", "use expert, skilled, open or no")
					return
				}
				t.Levels[Topic(key.Value)] = level
			})
		}),
		may("populations", list(r, &t.Populations, among(populations))),
		need("sees", some(r, &t.Sees, among(sees))),
		need("modes", some(r, &t.Modes, among(modes))),
		need("hours", some(r, &t.Hours, both(form(idForm, "weekday-morning"), among(b.known.Times)))),
		may("gender", oneOf(r, &t.Gender, genders...)),
		may("fee", func(n *yaml.Node) {
			before := len(b.problems)
			r.mapping(n,
				need("full", r.number(&t.Fee.Full, 0, maxFee)),
				need("middle", r.number(&t.Fee.Middle, 0, maxFee)),
				need("low", r.number(&t.Fee.Low, 0, maxFee)))
			if len(b.problems) == before {
				r.order(n, t.Fee)
			}
		}),
		may("reduced_slots", slots(r, &t.ReducedSlots)),
		need("caps", func(n *yaml.Node) {
			r.mapping(n,
				need("total", limit(r, &t.Caps.Total)),
				may("groups", b.byGroup(r, func(g GroupID, n *yaml.Node) {
					var c Cap
					limit(r, &c)(n)
					if t.Caps.Groups == nil {
						t.Caps.Groups = map[GroupID]Cap{}
					}
					t.Caps.Groups[g] = c
				})))
		}),
		need("carries", func(n *yaml.Node) {
			r.mapping(n,
				need("total", r.number(&t.Carries.Total, 0, maxCases)),
				may("groups", b.byGroup(r, func(g GroupID, n *yaml.Node) {
					var c int
					r.number(&c, 0, maxCases)(n)
					if t.Carries.Groups == nil {
						t.Carries.Groups = map[GroupID]int{}
					}
					t.Carries.Groups[g] = c
				})),
				may("reduced", slots(r, &t.Carries.Reduced)))
		}),
		may("intake", r.truth(&t.Intake)),
		may("next_opening", r.date(&t.NextOpening, true)),
		need("booking_ahead", r.period(&t.BookingAhead)),
		may("leave", b.leave(r, &t)),
	)
	return t
}

func slots(r *reader, s *Slots) take {
	return func(n *yaml.Node) {
		r.mapping(n, may("middle", r.number(&s.Middle, 0, maxCases)), may("low", r.number(&s.Low, 0, maxCases)))
	}
}

func limit(r *reader, c *Cap) take {
	return func(n *yaml.Node) {
		before := len(*r.problems)
		r.mapping(n, need("soft", r.number(&c.Soft, 0, maxCases)), need("hard", r.number(&c.Hard, 0, maxCases)))
		if len(*r.problems) == before && c.Hard < c.Soft {
			r.bad(n, fmt.Sprintf("the hard cap %d is under the soft cap %d", c.Hard, c.Soft), "hard must be at least soft")
		}
	}
}

// byGroup reads a mapping whose keys are declared topic groups.
func (b *book) byGroup(r *reader, read func(GroupID, *yaml.Node)) take {
	return func(n *yaml.Node) {
		r.each(n, func(key, value *yaml.Node) {
			if _, ok := b.p.Groups[GroupID(key.Value)]; !ok {
				r.bad(key, "there is no topic group "+quote(key.Value), "declare it under groups, or use "+b.groupNames())
				return
			}
			read(GroupID(key.Value), value)
		})
	}
}

func (b *book) groupNames() string {
	if len(b.p.Groups) == 0 {
		return "none"
	}
	names := make([]string, 0, len(b.p.Groups))
	for g := range b.p.Groups {
		names = append(names, string(g))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
