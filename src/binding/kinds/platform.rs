//! What @cloudflare/workers-types 5.20261117.1 says of the values that bindings have, as data.
//!
//! Written by `node tests/npm/binding/platform.mjs`, which asks the TypeScript compiler; a test holds this file against
//! what it writes. A member with parentheses is a method; in them stand the keys of the objects and the texts that it takes,
//! each with its place among the arguments. Behind an arrow stands the type of what a member is or, awaited, gives.

use super::value::types;

types! {
    closed AgentMemoryNamespace { deleteProfile(); getProfile() -> AgentMemoryProfile; }
    closed AgentMemoryProfile { delete(); deleteSession(); get(); getSummary(0 {sessionId}); ingest(1 {sessionId}); list(0 {cursor limit sessionId type}); recall(1 {referenceDate responseLength thinkingLevel}); remember(0 {content sessionId}); }
    closed Ai { aiGatewayLogId -> any; aiSearch() -> AiSearchNamespace; autorag() -> AutoRAG; gateway() -> AiGateway; models(0 {author hide_experimental page per_page search source task}); run(2 {extraHeaders gateway prefix queueRequest returnRawResponse signal tags websocket}) -> any; toMarkdown(0 {blob name} 1 {conversionOptions extraHeaders gateway}); websearch(0 {byokAlias gatewayId limit provider query}); }
    closed AiGateway { getLog(); getUrl() -> any; patchLog(1 {feedback metadata score}); run(0 {endpoint headers provider query} 1 {extraHeaders gateway signal}); }
    closed AiSearchInstance { chatCompletions(); info() -> AiSearchInstanceInfo; items -> AiSearchItems; jobs -> AiSearchJobs; search(0 {ai_search_options messages query}) -> AiSearchSearchResponse; stats() -> AiSearchStatsResponse; update() -> AiSearchInstanceInfo; }
    closed AiSearchInstanceInfo { ai_gateway_id -> any; ai_search_model -> any; cache; cache_threshold -> any; chunk; chunk_overlap -> any; chunk_size -> any; created_at -> any; custom_metadata; embedding_model -> any; fusion_method -> any; hybrid_search_enabled; id -> any; index_method; indexing_options; max_num_results -> any; metadata; modified_at -> any; namespace -> any; paused; reranking; reranking_model -> any; retrieval_options; rewrite_model -> any; rewrite_query; score_threshold -> any; source -> any; source_params; status -> any; sync_interval -> any; token_id -> any; type -> any; }
    closed AiSearchItem { chunks(0 {limit offset}); download(); info(); logs(0 {cursor limit}); sync(); }
    closed AiSearchItems { delete(); get() -> AiSearchItem; list(0 {item_id key metadata_filter page per_page search sort_by source status}); upload(2 {metadata}); uploadAndPoll(2 {metadata pollIntervalMs timeoutMs}); }
    closed AiSearchJob { cancel(); info(); logs(0 {page per_page}); }
    closed AiSearchJobs { create(0 {description}); get() -> AiSearchJob; list(0 {page per_page}); }
    closed AiSearchListResponse { result; result_info; }
    closed AiSearchMultiSearchResponse { chunks; errors; search_query -> any; }
    closed AiSearchNamespace { chatCompletions(); create() -> AiSearchInstance; delete(); get() -> AiSearchInstance; list(0 {order_by order_by_direction page per_page search}) -> AiSearchListResponse; search(0 {ai_search_options messages query}) -> AiSearchMultiSearchResponse; }
    closed AiSearchSearchResponse { chunks; search_query -> any; }
    closed AiSearchStatsResponse { completed -> any; engine; error -> any; last_activity -> any; outdated -> any; queued -> any; running -> any; skipped -> any; }
    closed AnalyticsEngineDataset { writeDataPoint(0 {blobs doubles indexes}); }
    closed AnalyticsSQLBinding { query(0 {params query}) -> AnalyticsSQLResult; }
    closed AnalyticsSQLResult { data; rows -> any; statistics; }
    closed Artifacts { create(1 {description readOnly setDefaultBranch}) -> ArtifactsCreateRepoResult; delete(); get() -> ArtifactsRepo; import(0 {source target}) -> ArtifactsCreateRepoResult; list(0 {cursor limit}) -> ArtifactsRepoListResult; }
    closed ArtifactsCreateRepoResult { defaultBranch -> any; description -> any; id -> any; name -> any; remote -> any; token -> any; }
    closed ArtifactsRepo { createToken(0 ["read" "write"]); fork(1 {defaultBranchOnly description readOnly}); info(); listTokens(); log(0 {limit offset ref}); readBlob() -> Blob; readCommit(); readFile(0 {path ref}) -> Blob; readTree(); revokeToken(); }
    closed ArtifactsRepoListResult { cursor -> any; repos; total -> any; }
    closed AutoRAG { aiSearch(0 {filters max_num_results query ranking_options reranking rewrite_query stream system_prompt}); list(); search(0 {filters max_num_results query ranking_options reranking rewrite_query}); }
    closed Blob { arrayBuffer(); bytes(); size -> any; slice() -> Blob; stream(); text() -> any; type -> any; }
    closed BrowserRun { acquire(0 {guardrails keepAlive liveViewUrlExpiresInMs location outboundByHost recording targets}) -> BrowserRunAcquireResult; closeSession() -> BrowserRunCloseSessionResult; connectSession(1 {targetId}) -> BrowserRunConnection; devtools -> BrowserRunDevtools; fetch(1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); getLiveView(1 {expiresInMs guardrails mode targetId}) -> BrowserRunLiveView; getSession() -> BrowserRunSession; history(0 {limit offset}); launch(0 {guardrails keepAlive liveViewUrlExpiresInMs location outboundByHost recording targets}) -> BrowserRunConnection; limits() -> BrowserRunLimits; listSessions(0 {limit offset}); quickAction(0 ["accessibilityTree" "content" "json" "links" "markdown" "pdf" "scrape" "screenshot" "snapshot"] 1 {actionTimeout addScriptTag addStyleTag allowRequestPattern allowResourceTypes authenticate bestAttempt browser cacheTTL cookies custom_ai elements emulateMediaType excludeExternalLinks formats gotoOptions html interestingOnly pdfOptions prompt rejectRequestPattern rejectResourceTypes response_format root screenshotOptions scrollPage selector setExtraHTTPHeaders setJavaScriptEnabled url userAgent viewport visibleLinksOnly waitForSelector waitForTimeout}); script(1 {keepAlive lab library recording timeout}); scriptInSession(2 {library targetId timeout}); }
    closed BrowserRunAcquireResult { sessionId -> any; targets; }
    closed BrowserRunCloseSessionResult { status -> any; }
    closed BrowserRunConnection { sessionId -> any; targets; webSocket -> Fetcher; }
    closed BrowserRunDevtools { activateTarget(); closeTarget(); getProtocol(); getTarget(); getVersion(); listTargets(1 {liveViewUrlExpiresInMs}); newTarget(2 {liveViewUrlExpiresInMs}); }
    closed BrowserRunLimits { activeSessions; allowedBrowserAcquisitions -> any; maxConcurrentSessions -> any; timeUntilNextAllowedBrowserAcquisition -> any; usedBrowserTimeSeconds -> any; }
    closed BrowserRunLiveView { devtoolsFrontendUrl -> any; id -> any; options; webSocketDebuggerUrl -> any; }
    closed BrowserRunSession { closeReason -> any; closeReasonText -> any; connectionEndTime -> any; connectionId -> any; connectionStartTime -> any; devtoolsFrontendUrl -> any; endTime -> any; lastUpdated -> any; sessionId -> any; startTime -> any; webSocketDebuggerUrl -> any; }
    closed D1Database { batch(); dump(); exec() -> D1ExecResult; prepare() -> D1PreparedStatement; withSession() -> D1DatabaseSession; }
    closed D1DatabaseSession { batch(); getBookmark() -> any; prepare() -> D1PreparedStatement; }
    closed D1ExecResult { count -> any; duration -> any; }
    closed D1PreparedStatement { all(); bind() -> D1PreparedStatement; first() -> any; raw(0 {columnNames}); run(); }
    closed DispatchNamespace { get(2 {limits outbound}) -> Fetcher; }
    closed DurableObjectId { equals(); jurisdiction -> any; name -> any; toString() -> any; }
    closed DurableObjectNamespace { get(1 {locationHint retry routingMode}) -> DurableObjectStub; getByName(1 {locationHint retry routingMode}) -> DurableObjectStub; idFromName() -> DurableObjectId; idFromString() -> DurableObjectId; jurisdiction(0 ["eu" "fedramp" "fedramp-high" "us"]) -> DurableObjectNamespace; newUniqueId(0 {jurisdiction}) -> DurableObjectId; }
    open DurableObjectStub { connect(0 {hostname port} 0 text 1 {allowHalfOpen highWaterMark secureTransport}); fetch(1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); id -> DurableObjectId; name -> any; }
    closed EmailSendResult { messageId -> any; }
    open Fetcher { connect(0 {hostname port} 0 text 1 {allowHalfOpen highWaterMark secureTransport}); fetch(1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); }
    closed Flagship { get() -> any; getBooleanDetails() -> FlagshipEvaluationDetails; getBooleanValue(); getDetails() -> FlagshipEvaluationDetails; getNumberDetails() -> FlagshipEvaluationDetails; getNumberValue() -> any; getObjectDetails() -> FlagshipEvaluationDetails; getObjectValue() -> any; getStringDetails() -> FlagshipEvaluationDetails; getStringValue() -> any; getValue() -> any; }
    closed FlagshipEvaluationDetails { errorCode -> any; errorMessage -> any; flagKey -> any; reason -> any; value -> any; variant -> any; }
    closed HelloWorldBinding { get(); set(); }
    closed HostedImagesBinding { createDirectUpload(0 {creator expiresIn id metadata requireSignedURLs}); image() -> ImageHandle; list(0 {creator cursor filter limit sortOrder}); upload(1 {creator encoding filename id metadata requireSignedURLs}); }
    closed Hyperdrive { connect(); connectionString -> any; database -> any; host -> any; ip -> any; password -> any; port -> any; user -> any; }
    closed ImageHandle { bytes(); delete(); details(); signedUrl(0 {expiresIn keyName variant}) -> any; update(0 {creator metadata requireSignedURLs}); }
    closed ImageInfoResponse { fileSize -> any; format -> any; height -> any; width -> any; }
    closed ImageTransformationResult { contentType() -> any; image(0 {encoding}); response(0 {headers}); }
    closed ImageTransformer { draw(1 {bottom composite left opacity repeat right top}) -> ImageTransformer; output(0 {anim background format quality}) -> ImageTransformationResult; transform(0 {background blur border brightness contrast fit flip gamma gravity height rotate saturation segment sharpen trim width}) -> ImageTransformer; }
    closed ImagesBinding { hosted -> HostedImagesBinding; info(1 {encoding}) -> ImageInfoResponse; input(1 {encoding}) -> ImageTransformer; text(1 {color font size}) -> ImageTransformer; }
    closed KVNamespace { delete(); get(1 {cacheTtl type} 1 ["arrayBuffer" "json" "stream" "text"]) -> any; getWithMetadata(1 {cacheTtl type} 1 ["arrayBuffer" "json" "stream" "text"]); list(0 {cursor limit prefix}) -> KVNamespaceListResult; put(2 {expiration expirationTtl metadata}); }
    closed KVNamespaceListResult { cacheStatus -> any; cursor -> any; keys; list_complete; }
    closed MediaBinding { input() -> MediaTransformer; }
    closed MediaTransformationGenerator { output(0 {audio duration format imageCount mode time}) -> MediaTransformationResult; }
    closed MediaTransformationResult { contentType() -> any; media(); response(); }
    closed MediaTransformer { output(0 {audio duration format imageCount mode time}) -> MediaTransformationResult; transform(0 {fit height width}) -> MediaTransformationGenerator; }
    closed Pipeline { send(); }
    closed Queue { metrics() -> QueueMetrics; send(1 {contentType delaySeconds}) -> QueueSendResponse; sendBatch(1 {delaySeconds}) -> QueueSendBatchResponse; }
    closed QueueMetrics { backlogBytes -> any; backlogCount -> any; oldestMessageTimestamp; }
    closed QueueSendBatchResponse { metadata; }
    closed QueueSendResponse { metadata; }
    closed R2Bucket { createMultipartUpload(1 {customMetadata httpMetadata ssecKey storageClass}) -> R2MultipartUpload; delete(); get(1 {onlyIf range ssecKey}) -> R2ObjectBody; head() -> R2Object; list(0 {cursor delimiter include limit prefix startAfter}) -> R2Objects; put(2 {customMetadata httpMetadata md5 onlyIf sha1 sha256 sha384 sha512 ssecKey storageClass}) -> R2Object; resumeMultipartUpload() -> R2MultipartUpload; }
    closed R2Checksums { md5; sha1; sha256; sha384; sha512; toJSON(); }
    closed R2MultipartUpload { abort(); complete() -> R2Object; key -> any; uploadId -> any; uploadPart(2 {ssecKey}); }
    closed R2Object { checksums -> R2Checksums; customMetadata; etag -> any; httpEtag -> any; httpMetadata; key -> any; range; size -> any; ssecKeyMd5 -> any; storageClass -> any; uploaded; version -> any; writeHttpMetadata(); }
    closed R2ObjectBody { arrayBuffer(); blob() -> Blob; body; bodyUsed; bytes(); checksums -> R2Checksums; customMetadata; etag -> any; httpEtag -> any; httpMetadata; json() -> any; key -> any; range; size -> any; ssecKeyMd5 -> any; storageClass -> any; text() -> any; uploaded; version -> any; writeHttpMetadata(); }
    closed R2Objects { cursor -> any; delimitedPrefixes; objects; truncated; }
    closed RateLimit { limit(0 {delta key}) -> RateLimitOutcome; }
    closed RateLimitOutcome { success; }
    closed SecretsStoreSecret { get() -> any; }
    closed SendEmail { send(0 {attachments bcc cc from headers html replyTo subject text to}) -> EmailSendResult; }
    closed StreamBinding { createDirectUpload(0 {allowedOrigins creator expiry maxDurationSeconds meta requireSignedURLs scheduledDeletion thumbnailTimestampPct watermark}) -> StreamDirectUpload; upload(1 {allowedOrigins creator meta requireSignedURLs scheduledDeletion thumbnailTimestampPct watermarkId}) -> StreamVideo; video() -> StreamVideoHandle; videos -> StreamVideos; watermarks -> StreamWatermarks; }
    closed StreamDirectUpload { id -> any; scheduledDeletion -> any; uploadURL -> any; watermark; }
    closed StreamScopedCaptions { delete(); generate(); list(); upload(); }
    closed StreamScopedDownloads { delete(0 ["audio" "default"]); generate(0 ["audio" "default"]); get(); }
    closed StreamVideo { allowedOrigins; clippedFromId -> any; created -> any; creator -> any; dashPlaybackUrl -> any; duration -> any; hlsPlaybackUrl -> any; id -> any; input; liveInputId -> any; maxDurationSeconds -> any; maxSizeBytes -> any; meta; modified -> any; preview -> any; publicDetails; readyToStream; readyToStreamAt -> any; requireSignedURLs; scheduledDeletion -> any; size -> any; status; thumbnail -> any; thumbnailTimestampPct -> any; uploadExpiry -> any; uploaded -> any; watermark; }
    closed StreamVideoHandle { captions -> StreamScopedCaptions; delete(); details(); downloads -> StreamScopedDownloads; generateToken() -> any; id -> any; update(0 {allowedOrigins creator maxDurationSeconds meta requireSignedURLs scheduledDeletion thumbnailTimestampPct}); }
    closed StreamVideos { list(0 {after afterComp before beforeComp limit}); }
    closed StreamWatermarks { delete(); generate(1 {name opacity padding position scale}); get(); list(); }
    closed Vectorize { deleteByIds() -> VectorizeAsyncMutation; describe() -> VectorizeIndexInfo; getByIds(); insert() -> VectorizeAsyncMutation; query(1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; queryById(1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; upsert() -> VectorizeAsyncMutation; }
    closed VectorizeAsyncMutation { mutationId -> any; }
    closed VectorizeIndex { deleteByIds() -> VectorizeVectorMutation; describe() -> VectorizeIndexDetails; getByIds(); insert() -> VectorizeVectorMutation; query(1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; upsert() -> VectorizeVectorMutation; }
    closed VectorizeIndexDetails { config; description -> any; id -> any; name -> any; vectorsCount -> any; }
    closed VectorizeIndexInfo { dimensions -> any; processedUpToDatetime -> any; processedUpToMutation -> any; vectorCount -> any; }
    closed VectorizeMatches { count -> any; matches; }
    closed VectorizeVectorMutation { count -> any; ids; }
    closed WebSearch { search(0 {limit query}) -> WebSearchSearchResponse; }
    closed WebSearchSearchResponse { items; metadata; }
    closed WorkerLoader { get() -> WorkerStub; load(0 {allowExperimental compatibilityDate compatibilityFlags env globalOutbound limits mainModule modules streamingTails tails}) -> WorkerStub; }
    closed WorkerStub { getDurableObjectClass(1 {limits props}); getEntrypoint(1 {limits props}) -> Fetcher; }
    closed WorkerVersionMetadata { id -> any; tag -> any; timestamp -> any; }
    closed Workflow { create(0 {id locationHint params retention}) -> WorkflowInstance; createBatch(0 {count instances locationHint params retention}); deleteBatch() -> WorkflowBatchDeleteResult; get() -> WorkflowInstance; }
    closed WorkflowBatchDeleteResult { deleted; errors; }
    closed WorkflowInstance { delete(); id -> any; pause(); restart(0 {from}); resume(); sendEvent(0 {payload type}); status(); subscribe(0 {cursor filter}) -> WorkflowInstanceSubscription; terminate(0 {rollback}); }
    closed WorkflowInstanceSubscription { next(); }
}
