// Package seal keeps what clients wrote unreadable to everybody who has no
// business reading it, and makes erasing final.
//
// # The keys
//
// There are three kinds, each kept in a different place.
//
// The root key ([Root]) lives in a file of its own, readable by its owner only,
// and never changes while the deployment lives. Nothing of a client is sealed
// under it. Pseudonyms, the names under which a store knows people, are derived
// from it, as are the marks on buttons and links by which the service knows its
// own, and the key that locks the folder of epochs.
//
// A wrapping epoch is a random key in a [Vault]: a folder that all replicas
// share, or a key service, but never the store. One epoch is current; rolling
// makes another.
//
// A client key ([ClientKey]) is a random key for one client. It stands in the
// store, wrapped under an epoch, and every value of that client is sealed under
// it. Each sealed value is bound to its place ([Where]): practice, subject, kind
// and version. Moved to another place, it does not open.
//
// # What it is for
//
// Whoever gets hold of the store alone, as a stolen disk, a dump, an
// append-only file, a backup or a curious administrator, learns how many
// clients there are, how much they wrote and when, and not one word, name or
// address. Whoever may also write to the store cannot change a value, nor pass
// one client's off as another's.
//
// Erasing a client deletes the wrapped key, and what was sealed under it stays
// noise, in the store at once. Old dumps and backups still hold the wrapped key.
// They become unreadable when the epoch that wrapped it is destroyed: roll, wrap
// the living clients' keys anew ([Rewrap]), wait, destroy. So an erasure has two
// dates, and a receipt names both.
//
// Between the two, the vault itself refuses: it keeps a grave for every erased
// key ([Graves]), so that a store which is put back from a backup brings nobody
// back. And it keeps a mark for every practice ([Marks]): how new its store was,
// by which one that was put back is told, and which epochs it needs no longer.
//
// # What it is not for
//
// It does not protect against someone who holds the store, the vault and the
// root key together, or who reads the memory of a running process. Back the
// vault up apart from the store, and keep those backups no longer than an erased
// client may wait: a copy of a destroyed epoch undoes its destruction. Solid
// state disks and snapshots of a file system may keep what a file held after it
// was overwritten; the folder overwrites all the same.
//
// Sizes and times of values are not hidden. The same person has the same
// pseudonym throughout a deployment, and whoever has the root key can test a
// guess. A writer to the store may put back an older value together with its
// older version; whether that is noticed is up to the store's own counting.
//
// A lost root key or a lost vault cannot be mended by anybody.
//
// # How
//
// AES-256-GCM with random nonces throughout, good for 2³² values a key; HKDF and
// HMAC over SHA-256; nothing but the standard library. Every sealed value, key
// file and epoch file begins with the version of its form. The types that hold
// keys print as [redacted] and refuse to be marshalled.
package seal
