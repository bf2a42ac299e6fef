package main

import (
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// recordPools lets franz-go use the memory of handled records again. Safe for concurrent use.
type recordPools struct {
	kRecords sync.Pool
	records  sync.Pool
}

func take[T any](pool *sync.Pool, n int) []T {
	if kept, ok := pool.Get().(*[]T); ok && cap(*kept) >= n {
		return (*kept)[:0]
	}
	return make([]T, 0, n)
}

func (p *recordPools) GetKRecords(n int) []kmsg.Record { return take[kmsg.Record](&p.kRecords, n) }

func (p *recordPools) PutKRecords(s []kmsg.Record) { p.kRecords.Put(&s) }

func (p *recordPools) GetRecords(n int) []kgo.Record { return take[kgo.Record](&p.records, n) }

func (p *recordPools) PutRecords(s []kgo.Record) { p.records.Put(&s) }
