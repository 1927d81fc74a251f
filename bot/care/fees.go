package care

import "fmt"

// Tier is a step of the sliding scale.
type Tier uint8

const (
	AnyTier Tier = iota // not known yet: to be talked about
	Full
	Middle
	Low
	Below // under the lowest fee
)

func (t Tier) String() string {
	switch t {
	case Full:
		return "full"
	case Middle:
		return "middle"
	case Low:
		return "low"
	case Below:
		return "below"
	default:
		return "any"
	}
}

// Reduced reports whether the tier needs a reduced-fee slot.
func (t Tier) Reduced() bool { return t == Middle || t == Low }

// Tier says which fee the answers mean: the highest one that the person said
// they can keep paying. Nobody is asked for proof, and nobody who said that
// the full fee is fine is looked at again.
func (f Fee) Tier(e Enquiry) Tier {
	switch {
	case e.FeeOK == "fits":
		return Full
	case !e.CanPay.Known:
		return AnyTier
	case e.CanPay.N >= f.Full:
		return Full
	case e.CanPay.N >= f.Middle:
		return Middle
	case e.CanPay.N >= f.Low:
		return Low
	default:
		return Below
	}
}

// Amount returns what a tier costs; 0 for tiers without a price.
func (f Fee) Amount(t Tier) int {
	switch t {
	case Full:
		return f.Full
	case Middle:
		return f.Middle
	case Low:
		return f.Low
	default:
		return 0
	}
}

// SlotsOpen returns how many reduced-fee places a therapist has left.
func SlotsOpen(t Therapist, c Caseload) Slots {
	n := c.Count(t)
	return Slots{
		Middle: max(0, t.ReducedSlots.Middle-n.Reduced.Middle),
		Low:    max(0, t.ReducedSlots.Low-n.Reduced.Low),
	}
}

// AnySlotOpen reports whether any reduced-fee place is open in the practice.
// It may change how a client is spoken to, and nothing else.
func AnySlotOpen(p Practice, loads map[TherapistID]Caseload) bool {
	for _, t := range p.Therapists {
		if SlotsOpen(t, loads[t.ID]) != (Slots{}) {
			return true
		}
	}
	return false
}

// feeGate says whether a therapist works at the fee that the answers mean. A
// slot that exists and is taken is a matter of room, not of the gate.
func feeGate(t Therapist, tier Tier, e Enquiry) (Reason, bool) {
	switch {
	case tier == Below:
		return Reason{"fee-below", fmt.Sprintf("%s's lowest fee is %d, above %d", t.Name, t.Fee.Low, e.CanPay.N)}, false
	case tier.Reduced() && t.ReducedSlots.Of(tier) == 0:
		return Reason{"fee-slot", fmt.Sprintf("%s has no %s-fee places", t.Name, tier)}, false
	}
	return Reason{}, true
}
