package bot

// unlocked reports that the person gave their PIN a short while ago, so that
// answers about safety may be shown.
func (t *talk) unlocked() bool { return false }
