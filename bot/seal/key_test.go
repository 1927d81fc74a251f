package seal_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anteroom/bot/seal"
)

func somewhere() seal.Where {
	return seal.Where{Practice: "harbour", Subject: "case/7", Kind: "state", Version: 3}
}

func TestSealOpens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, where := seal.NewClientKey(), drawWhere(t)
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		prefix := rapid.SliceOf(rapid.Byte()).Draw(t, "prefix")

		sealed := key.Seal(plain, where)
		if got, want := len(sealed), len(plain)+29; got != want {
			t.Fatalf("length: got %d, want %d", got, want)
		}
		if len(plain) >= 8 && bytes.Contains(sealed, plain) {
			t.Fatal("the sealed value holds the plain one")
		}
		got, err := key.Cipher().Open(sealed, where)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v, want %x", got, err, plain)
		}

		appended := key.Cipher().AppendSeal(bytes.Clone(prefix), plain, where)
		if !bytes.HasPrefix(appended, prefix) {
			t.Fatal("AppendSeal lost what was there")
		}
		got, err = key.Cipher().AppendOpen(bytes.Clone(prefix), appended[len(prefix):], where)
		if err != nil || !bytes.Equal(got, append(prefix, plain...)) {
			t.Fatalf("AppendOpen: got %x, %v", got, err)
		}
	})
}

func drawWhere(t *rapid.T) seal.Where {
	part := rapid.StringMatching(`[ab]{0,3}`)
	return seal.Where{
		Practice: part.Draw(t, "practice"), Subject: part.Draw(t, "subject"), Kind: part.Draw(t, "kind"),
		Version: rapid.Uint64Range(0, 3).Draw(t, "version"),
	}
}

func TestAnotherPlaceIsRefused(t *testing.T) {
	t.Parallel()
	where := somewhere()
	tests := []struct {
		name  string
		where seal.Where
	}{
		{"practice", seal.Where{Practice: "hill", Subject: where.Subject, Kind: where.Kind, Version: where.Version}},
		{"subject", seal.Where{Practice: where.Practice, Subject: "case/8", Kind: where.Kind, Version: where.Version}},
		{"kind", seal.Where{Practice: where.Practice, Subject: where.Subject, Kind: "outbox", Version: where.Version}},
		{"version", seal.Where{Practice: where.Practice, Subject: where.Subject, Kind: where.Kind, Version: 2}},
		{"a letter moved over the border", seal.Where{Practice: "harbourc", Subject: "ase/7", Kind: where.Kind, Version: where.Version}},
		{"two parts swapped", seal.Where{Practice: where.Subject, Subject: where.Practice, Kind: where.Kind, Version: where.Version}},
		{"nowhere", seal.Where{}},
	}
	key := seal.NewClientKey()
	sealed := key.Seal([]byte("plain"), where)
	for _, tt := range tests {
		if got, err := key.Open(sealed, tt.where); got != nil || !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("%s: got %q, %v, want ErrUnreadable", tt.name, got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawWhere(t), drawWhere(t)
		_, err := key.Open(key.Seal(nil, a), b)
		if got, want := err == nil, a == b; got != want {
			t.Fatalf("sealed at %+v, opened at %+v: got %v", a, b, err)
		}
	})
}

func TestEveryChangeIsRefused(t *testing.T) {
	t.Parallel()
	key, where := seal.NewClientKey(), somewhere()
	sealed := key.Seal([]byte("a short sentence"), where)
	for bit := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[bit/8] ^= 1 << (bit % 8)
		if got, err := key.Open(changed, where); got != nil || !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("bit %d: got %q, %v, want ErrUnreadable", bit, got, err)
		}
	}
	for n := range sealed {
		if _, err := key.Open(sealed[:n], where); !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("cut to %d bytes: got %v, want ErrUnreadable", n, err)
		}
	}
	if _, err := key.Open(append(bytes.Clone(sealed), 0), where); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("a byte longer: got %v, want ErrUnreadable", err)
	}
	if _, err := seal.NewClientKey().Open(sealed, where); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("another key: got %v, want ErrUnreadable", err)
	}
}

func TestTheSameValueIsSealedDifferently(t *testing.T) {
	t.Parallel()
	key := seal.NewClientKey()
	if a, b := key.Seal([]byte("yes"), somewhere()), key.Seal([]byte("yes"), somewhere()); bytes.Equal(a, b) {
		t.Error("two seals of one value are equal")
	}
}

func TestAppendNeedsNoMemoryOfItsOwn(t *testing.T) {
	key, where := seal.NewClientKey().Cipher(), somewhere()
	plain := make([]byte, 2048)
	sealed, opened := make([]byte, 0, 4096), make([]byte, 0, 4096)
	got := testing.AllocsPerRun(100, func() {
		sealed = key.AppendSeal(sealed[:0], plain, where)
		var err error
		if opened, err = key.AppendOpen(opened[:0], sealed, where); err != nil {
			t.Fatal(err)
		}
	})
	if got != 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}

// kept is a value as the first release sealed it.
func kept(t testing.TB) (seal.ClientKey, seal.Where, []byte) {
	t.Helper()
	sealed, err := hex.DecodeString("01630d767f8573a6b7a81babdf5fe5d6c8f4efb5de3470ed2bb51c7d136a1eb29f4dd94c0434b9")
	if err != nil {
		t.Fatal(err)
	}
	return seal.ClientKey{1, 2, 3}, somewhere(), sealed
}

func TestOldValuesOpen(t *testing.T) {
	t.Parallel()
	key, where, sealed := kept(t)
	if got, err := key.Open(sealed, where); err != nil || string(got) != "a sentence" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzOpen(f *testing.F) {
	key, where, sealed := kept(f)
	f.Add(sealed, where.Practice, where.Subject, where.Kind, where.Version)
	f.Add(sealed[:29], where.Practice, where.Subject, where.Kind, where.Version)
	f.Add([]byte{1}, "", "", "", uint64(0))
	f.Add([]byte{}, "a", "b", "c", uint64(1))
	f.Fuzz(func(t *testing.T, data []byte, practice, subject, kind string, version uint64) {
		at := seal.Where{Practice: practice, Subject: subject, Kind: kind, Version: version}
		got, err := key.Open(data, at)
		genuine := bytes.Equal(data, sealed) && at == where
		if genuine != (err == nil) || genuine != cmp.Equal(got, []byte("a sentence")) {
			t.Errorf("got %q, %v for a value that is genuine: %v", got, err, genuine)
		}
	})
}

func BenchmarkSealOpen2KB(b *testing.B) {
	plain, where := make([]byte, 2048), somewhere()
	key := seal.NewClientKey()
	run := func(name string, once func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(2 * int64(len(plain)))
			for b.Loop() {
				if err := once(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	c := key.Cipher()
	run("cipher", func() error {
		_, err := c.Open(c.Seal(plain, where), where)
		return err
	})
	var sealed, opened []byte
	run("append", func() error {
		var err error
		sealed = c.AppendSeal(sealed[:0], plain, where)
		opened, err = c.AppendOpen(opened[:0], sealed, where)
		return err
	})
	run("key", func() error {
		_, err := key.Open(key.Seal(plain, where), where)
		return err
	})
}

func Example() {
	ctx, vault := context.Background(), seal.NewMemoryVault()

	// A client writes: a key of their own, kept wrapped, seals what they wrote.
	place := seal.Where{Practice: "harbour", Subject: "case/7", Kind: "state", Version: 1}
	key := seal.NewClientKey()
	value := key.Seal([]byte("thank you"), place)
	dump, err := vault.Wrap(ctx, key, []byte("case/7")) // an old backup holds it too
	if err != nil {
		panic(err)
	}
	key, err = vault.Unwrap(ctx, dump, []byte("case/7"))
	if err != nil {
		panic(err)
	}
	plain, err := key.Open(value, place)
	fmt.Printf("%s %v %v\n", plain, err, key)

	// The client is erased: the store drops the wrapped key, the epoch is rolled
	// and destroyed, and the backup is noise as well.
	if _, err := vault.Roll(ctx); err != nil {
		panic(err)
	}
	if err := vault.Destroy(ctx, 1); err != nil {
		panic(err)
	}
	_, err = vault.Unwrap(ctx, dump, []byte("case/7"))
	fmt.Println(errors.Is(err, seal.ErrEpochGone))
	// Output:
	// thank you <nil> [redacted]
	// true
}
