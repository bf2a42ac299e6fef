#pragma once

/// Everything an application needs, but the optional parts (prometheus.h, testing/mock_cluster.h).
#include <strandline/batch.h>
#include <strandline/completion.h>
#include <strandline/config.h>
#include <strandline/consumer.h>
#include <strandline/context.h>
#include <strandline/dead_letter.h>
#include <strandline/error.h>
#include <strandline/failure_policy.h>
#include <strandline/handler.h>
#include <strandline/headers.h>
#include <strandline/log.h>
#include <strandline/metrics.h>
#include <strandline/outcome.h>
#include <strandline/rebalance.h>
#include <strandline/record.h>
#include <strandline/result.h>
#include <strandline/signal_stop.h>
#include <strandline/stats.h>
#include <strandline/task.h>
#include <strandline/types.h>
