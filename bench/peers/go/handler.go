package main

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// handler is the work of both arms: count the record, then sleep. Safe for concurrent use.
type handler struct {
	tally *tally
	work  time.Duration
	pools bool
}

// record handles one record of a batch; the batch's end is told by batchDone.
func (h *handler) record(s *slots, r *kgo.Record) {
	s.count[r.Partition]++
	s.sum[r.Partition] += r.Offset
	s.bytes += int64(len(r.Value))
	if h.work > 0 {
		time.Sleep(h.work)
		h.tally.handled(1)
	}
	if h.pools {
		r.Recycle()
	}
}

// batchDone: without work the total is touched once a batch, so that it costs nothing; with work at each record.
func (h *handler) batchDone(records int) {
	if h.work == 0 {
		h.tally.handled(int64(records))
	}
}

func (h *handler) batch(s *slots, records []*kgo.Record) {
	for _, r := range records {
		h.record(s, r)
	}
	h.batchDone(len(records))
}
