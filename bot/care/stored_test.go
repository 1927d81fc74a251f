package care_test

import (
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/care"
)

// A case comes back from the store as it went there, and one from before the
// course of care is in the intake.
func TestCaseIsStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := someCourse(t)
		data, err := cbor.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back care.Case
		if err := cbor.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		again, err := cbor.Marshal(back)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(again, data); diff != "" {
			t.Fatal("not the same after being stored")
		}
	})
	c, _ := aCourse(t)
	data, err := cbor.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a case two weeks into the middle stage takes %d bytes", len(data))
	var old care.Case
	if err := cbor.Unmarshal([]byte{0xa2, 0x01, 0x01, 0x02, 0x66, 'K', '7', 'Q', '-', '4', '2'}, &old); err != nil || old.Episode.At() != care.PhaseIntake || len(old.Here()) != 1 {
		t.Errorf("an old case: %v, %s", err, old.Episode.At())
	}
}
