package dialogs

import (
	"anteroom/dialogs/script"
)

// Input is what a step is taken with.
type Input interface{ input() }

type (
	// Begin opens the dialog, or says the open question again.
	Begin struct{}

	// Words is text that the person typed. Whole says that it means something to
	// the caller: then it is an answer only where all of it names one.
	Words struct {
		Text  string
		Whole bool
	}

	// Press is an option of the open question. The caller has checked that
	// the button belongs to this person, question and revision.
	Press struct{ Answer string }

	// Choose is Press by a caller that must see what is open to tell which
	// button was meant. Among is shown the step, its revision and its options,
	// and returns the id of one; any other says the question again. Where the
	// script gave the step or an answer another id since the question was asked,
	// it is shown the step's old one, and the answer under both.
	Choose struct {
		Among func(step string, rev uint32, options []Option) string
	}

	// Result is the outcome of a wait, or of a do that the host deferred.
	Result struct{ Step, Value string }

	// Back returns to the previous question; while an answer is being
	// changed, or one is being picked to change, it leaves everything as it
	// was before.
	Back struct{}

	// Skip passes the open question over where it may be skipped.
	Skip struct{}

	// Edit reopens a question that was answered on this walk.
	Edit struct{ Step string }

	// Change offers the answers given so far to change one, at whatever
	// question is open, as the button of a review does.
	Change struct{}
)

func (Begin) input()  {}
func (Words) input()  {}
func (Press) input()  {}
func (Choose) input() {}
func (Result) input() {}
func (Back) input()   {}
func (Skip) input()   {}
func (Edit) input()   {}
func (Change) input() {}

// The options that are not answers. They stand at the end of a question's
// options and are pressed, or typed, like those.
const (
	PressDone   = "+done"   // ends a several-choice
	PressSkip   = "+skip"   // passes the question over
	PressChange = "+change" // offers the answers of a review to change
)

// Host is what a dialog asks of the program it runs in. Its answers must
// depend on nothing but the arguments and what the host fixed for this step,
// so that the step stays pure.
type Host interface {
	// Given is the text of a declared `given`, in the person's language, or the
	// words of a language that the engine reads and writes with; see
	// [WordsMonths].
	Given(name string, f Facts) string

	// Options is a list that the script asks of the host, in the person's
	// language. An answer once given stays valid when the list changes; to
	// be shown by its label, its option must stay in the list. When the list
	// is empty the question is passed over.
	Options(list string, f Facts) []script.Option

	// Do makes a host call. With now false the dialog waits for a Result;
	// the call is made again at every step until one of them brings it.
	Do(call string, f Facts) (result string, now bool)
}

// Turn is what one step came to.
type Turn struct {
	Run      Run
	Out      []Output
	Open     *Question // the question now open; nil when finished or waiting
	Waiting  string    // the wait or do that it stands at
	Outcome  string    // set when finished
	Facts    Facts     // what the walk to here knows
	Accepted bool      // the input had its effect on the trail, or opened an answer to change

	walk *walk
}

// ReadBack is what the walk to here answered: a line "Label: answer" for each
// answered question that has a short name and whose fact may appear in a chat.
func (t Turn) ReadBack() []string {
	if t.walk == nil {
		return nil
	}
	return t.walk.readback()
}

// Output is something for the caller to do, in order.
type Output interface{ output() }

type (
	// Say is a message that wants no answer.
	Say struct{ Step, Text string }

	// Ask is the open question. Again says that the last input was not
	// understood; what the script says to that came before as a Say. An
	// answer toggled in a several-choice brings the question with its Rev
	// unchanged: where it stands already, its buttons are drawn anew.
	Ask struct {
		Question
		Text  string
		Again bool
	}

	// Moved says that the script changed since the person was asked: the input
	// did not count, and what is open now is asked. It comes once, before all else.
	Moved struct{}

	// Alert is something that a person at the practice must be told.
	Alert struct{ Step, Name string }

	// Called is a host call that was made, and its result.
	Called struct{ Step, Call, Result string }

	// Finished ends the dialog.
	Finished struct{ Outcome string }
)

func (Say) output()      {}
func (Ask) output()      {}
func (Moved) output()    {}
func (Alert) output()    {}
func (Called) output()   {}
func (Finished) output() {}

// Question is a question as it is open to one person.
type Question struct {
	Step    string
	Rev     uint32
	Type    script.Type
	Options []Option // buttons in the order shown; done, skip and change last
	Multi   bool     // options toggle; PressDone ends the question
	CanSkip bool
	CanBack bool
	Number  int    // its place on this walk, counted from one
	AtMost  int    // the most questions this walk can come to
	Why     string // why it is asked; may be empty
}

// Option is one button.
type Option struct {
	ID, Label string
	Chosen    bool // in the draft of an open several-choice
	Own       bool // and what was written in own words stands behind it
}
