package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// topicRange is the offsets a topic holds, asked for before the first pass.
type topicRange struct {
	begin []int64
	end   []int64
}

func findTopic(ctx context.Context, o *options) (*topicRange, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(o.bootstrap, ",")...))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	begins, err := admin.ListStartOffsets(ctx, o.topic)
	if err != nil {
		return nil, err
	}
	ends, err := admin.ListEndOffsets(ctx, o.topic)
	if err != nil {
		return nil, err
	}
	if found := len(ends[o.topic]); found != o.partitions {
		return nil, fmt.Errorf("topic %s has %d partitions, not %d", o.topic, found, o.partitions)
	}
	t := &topicRange{}
	for p := range o.partitions {
		begin, ok := begins.Lookup(o.topic, int32(p))
		end, okEnd := ends.Lookup(o.topic, int32(p))
		if !ok || !okEnd || begin.Err != nil || end.Err != nil {
			return nil, fmt.Errorf("no offsets of topic %s, partition %d: %v %v", o.topic, p, begin.Err, end.Err)
		}
		t.begin = append(t.begin, begin.Offset)
		t.end = append(t.end, end.Offset)
	}
	if t.records() != o.records {
		return nil, fmt.Errorf("topic %s holds %d records, not %d", o.topic, t.records(), o.records)
	}
	return t, nil
}

func (t *topicRange) count(p int) int64 { return t.end[p] - t.begin[p] }

// offsetSum wraps like the sum it is compared with.
func (t *topicRange) offsetSum(p int) int64 {
	n := t.count(p)
	if n%2 == 0 {
		return n*t.begin[p] + n/2*(n-1)
	}
	return n*t.begin[p] + (n-1)/2*n
}

func (t *topicRange) records() int64 {
	var sum int64
	for p := range t.begin {
		sum += t.count(p)
	}
	return sum
}
