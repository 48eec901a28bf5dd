//! What @cloudflare/workers-types 5.20261117.1 says of the values that bindings have, as data.
//!
//! Written by `node tests/npm/binding/platform.mjs`, which asks the TypeScript compiler; a test holds this file against
//! what it writes. A member with parentheses is a method; in them stands how many arguments it takes, and then the keys of the
//! objects and the texts that it takes, each with its place. Behind an arrow stands the type of what a member is or, awaited,
//! gives.

use super::value::types;

types! {
    closed AgentMemoryNamespace { deleteProfile(1 to 1); getProfile(1 to 1) -> AgentMemoryProfile; }
    closed AgentMemoryProfile { delete(1 to 1); deleteSession(1 to 1); get(1 to 1); getSummary(0 to 1, 0 {sessionId}); ingest(1 to 2, 1 {sessionId}); list(0 to 1, 0 {cursor limit sessionId type}); recall(1 to 2, 1 {referenceDate responseLength thinkingLevel}); remember(1 to 1, 0 {content sessionId}); }
    closed Ai { aiGatewayLogId -> any; aiSearch(0 to 0) -> AiSearchNamespace; autorag(1 to 1) -> AutoRAG; gateway(1 to 1) -> AiGateway; models(0 to 1, 0 {author hide_experimental page per_page search source task}); run(2 to 3, 2 {extraHeaders gateway prefix queueRequest returnRawResponse signal tags websocket}) -> any; toMarkdown(0 to 2, 0 {blob name}, 1 {conversionOptions extraHeaders gateway}); websearch(1 to 1, 0 {byokAlias gatewayId limit provider query}); }
    closed AiGateway { getLog(1 to 1); getUrl(0 to 1) -> any; patchLog(2 to 2, 1 {feedback metadata score}); run(1 to 2, 0 {endpoint headers provider query}, 1 {extraHeaders gateway signal}); }
    closed AiSearchInstance { chatCompletions(1 to 1); info(0 to 0) -> AiSearchInstanceInfo; items -> AiSearchItems; jobs -> AiSearchJobs; search(1 to 1, 0 {ai_search_options messages query}) -> AiSearchSearchResponse; stats(0 to 0) -> AiSearchStatsResponse; update(1 to 1) -> AiSearchInstanceInfo; }
    closed AiSearchInstanceInfo { ai_gateway_id -> any; ai_search_model -> any; cache; cache_threshold -> any; chunk; chunk_overlap -> any; chunk_size -> any; created_at -> any; custom_metadata; embedding_model -> any; fusion_method -> any; hybrid_search_enabled; id -> any; index_method; indexing_options; max_num_results -> any; metadata; modified_at -> any; namespace -> any; paused; reranking; reranking_model -> any; retrieval_options; rewrite_model -> any; rewrite_query; score_threshold -> any; source -> any; source_params; status -> any; sync_interval -> any; token_id -> any; type -> any; }
    closed AiSearchItem { chunks(0 to 1, 0 {limit offset}); download(0 to 0); info(0 to 0); logs(0 to 1, 0 {cursor limit}); sync(0 to 0); }
    closed AiSearchItems { delete(1 to 1); get(1 to 1) -> AiSearchItem; list(0 to 1, 0 {item_id key metadata_filter page per_page search sort_by source status}); upload(2 to 3, 2 {metadata}); uploadAndPoll(2 to 3, 2 {metadata pollIntervalMs timeoutMs}); }
    closed AiSearchJob { cancel(0 to 0); info(0 to 0); logs(0 to 1, 0 {page per_page}); }
    closed AiSearchJobs { create(0 to 1, 0 {description}); get(1 to 1) -> AiSearchJob; list(0 to 1, 0 {page per_page}); }
    closed AiSearchListResponse { result; result_info; }
    closed AiSearchMultiSearchResponse { chunks; errors; search_query -> any; }
    closed AiSearchNamespace { chatCompletions(1 to 1); create(1 to 1) -> AiSearchInstance; delete(1 to 1); get(1 to 1) -> AiSearchInstance; list(0 to 1, 0 {order_by order_by_direction page per_page search}) -> AiSearchListResponse; search(1 to 1, 0 {ai_search_options messages query}) -> AiSearchMultiSearchResponse; }
    closed AiSearchSearchResponse { chunks; search_query -> any; }
    closed AiSearchStatsResponse { completed -> any; engine; error -> any; last_activity -> any; outdated -> any; queued -> any; running -> any; skipped -> any; }
    closed AnalyticsEngineDataset { writeDataPoint(0 to 1, 0 {blobs doubles indexes}); }
    closed AnalyticsSQLBinding { query(1 to 1, 0 {params query}) -> AnalyticsSQLResult; }
    closed AnalyticsSQLResult { data; rows -> any; statistics; }
    closed Artifacts { create(1 to 2, 1 {description readOnly setDefaultBranch}) -> ArtifactsCreateRepoResult; delete(1 to 1); get(1 to 1) -> ArtifactsRepo; import(1 to 1, 0 {source target}) -> ArtifactsCreateRepoResult; list(0 to 1, 0 {cursor limit}) -> ArtifactsRepoListResult; }
    closed ArtifactsCreateRepoResult { defaultBranch -> any; description -> any; id -> any; name -> any; remote -> any; token -> any; }
    closed ArtifactsRepo { createToken(0 to 2, 0 ["read" "write"]); fork(1 to 2, 1 {defaultBranchOnly description readOnly}); info(0 to 0); listTokens(0 to 0); log(0 to 1, 0 {limit offset ref}); readBlob(1 to 1) -> Blob; readCommit(1 to 1); readFile(1 to 1, 0 {path ref}) -> Blob; readTree(1 to 1); revokeToken(1 to 1); }
    closed ArtifactsRepoListResult { cursor -> any; repos; total -> any; }
    closed AutoRAG { aiSearch(1 to 1, 0 {filters max_num_results query ranking_options reranking rewrite_query stream system_prompt}); list(0 to 0); search(1 to 1, 0 {filters max_num_results query ranking_options reranking rewrite_query}); }
    closed Blob { arrayBuffer(0 to 0); bytes(0 to 0); size -> any; slice(0 to 3) -> Blob; stream(0 to 0); text(0 to 0) -> any; type -> any; }
    closed BrowserRun { acquire(0 to 1, 0 {guardrails keepAlive liveViewUrlExpiresInMs location outboundByHost recording targets}) -> BrowserRunAcquireResult; closeSession(1 to 1) -> BrowserRunCloseSessionResult; connectSession(1 to 2, 1 {targetId}) -> BrowserRunConnection; devtools -> BrowserRunDevtools; fetch(1 to 2, 1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); getLiveView(1 to 2, 1 {expiresInMs guardrails mode targetId}) -> BrowserRunLiveView; getSession(1 to 1) -> BrowserRunSession; history(0 to 1, 0 {limit offset}); launch(0 to 1, 0 {guardrails keepAlive liveViewUrlExpiresInMs location outboundByHost recording targets}) -> BrowserRunConnection; limits(0 to 0) -> BrowserRunLimits; listSessions(0 to 1, 0 {limit offset}); quickAction(2 to 2, 0 ["accessibilityTree" "content" "json" "links" "markdown" "pdf" "scrape" "screenshot" "snapshot"], 1 {actionTimeout addScriptTag addStyleTag allowRequestPattern allowResourceTypes authenticate bestAttempt browser cacheTTL cookies custom_ai elements emulateMediaType excludeExternalLinks formats gotoOptions html interestingOnly pdfOptions prompt rejectRequestPattern rejectResourceTypes response_format root screenshotOptions scrollPage selector setExtraHTTPHeaders setJavaScriptEnabled url userAgent viewport visibleLinksOnly waitForSelector waitForTimeout}); script(1 to 2, 1 {keepAlive lab library recording timeout}); scriptInSession(2 to 3, 2 {library targetId timeout}); }
    closed BrowserRunAcquireResult { sessionId -> any; targets; }
    closed BrowserRunCloseSessionResult { status -> any; }
    closed BrowserRunConnection { sessionId -> any; targets; webSocket -> Fetcher; }
    closed BrowserRunDevtools { activateTarget(2 to 2); closeTarget(2 to 2); getProtocol(1 to 1); getTarget(2 to 2); getVersion(1 to 1); listTargets(1 to 2, 1 {liveViewUrlExpiresInMs}); newTarget(1 to 3, 2 {liveViewUrlExpiresInMs}); }
    closed BrowserRunLimits { activeSessions; allowedBrowserAcquisitions -> any; maxConcurrentSessions -> any; timeUntilNextAllowedBrowserAcquisition -> any; usedBrowserTimeSeconds -> any; }
    closed BrowserRunLiveView { devtoolsFrontendUrl -> any; id -> any; options; webSocketDebuggerUrl -> any; }
    closed BrowserRunSession { closeReason -> any; closeReasonText -> any; connectionEndTime -> any; connectionId -> any; connectionStartTime -> any; devtoolsFrontendUrl -> any; endTime -> any; lastUpdated -> any; sessionId -> any; startTime -> any; webSocketDebuggerUrl -> any; }
    closed D1Database { batch(1 to 1); dump(0 to 0); exec(1 to 1) -> D1ExecResult; prepare(1 to 1) -> D1PreparedStatement; withSession(0 to 1) -> D1DatabaseSession; }
    closed D1DatabaseSession { batch(1 to 1); getBookmark(0 to 0) -> any; prepare(1 to 1) -> D1PreparedStatement; }
    closed D1ExecResult { count -> any; duration -> any; }
    closed D1PreparedStatement { all(0 to 0); bind(0 to 255) -> D1PreparedStatement; first(0 to 1) -> any; raw(0 to 1, 0 {columnNames}); run(0 to 0); }
    closed DispatchNamespace { get(1 to 3, 2 {limits outbound}) -> Fetcher; }
    closed DurableObjectId { equals(1 to 1); jurisdiction -> any; name -> any; toString(0 to 0) -> any; }
    closed DurableObjectNamespace { get(1 to 2, 1 {locationHint retry routingMode}) -> DurableObjectStub; getByName(1 to 2, 1 {locationHint retry routingMode}) -> DurableObjectStub; idFromName(1 to 1) -> DurableObjectId; idFromString(1 to 1) -> DurableObjectId; jurisdiction(1 to 1, 0 ["eu" "fedramp" "fedramp-high" "us"]) -> DurableObjectNamespace; newUniqueId(0 to 1, 0 {jurisdiction}) -> DurableObjectId; }
    open DurableObjectStub { connect(1 to 2, 0 {hostname port}, 0 text, 1 {allowHalfOpen highWaterMark secureTransport}); fetch(1 to 2, 1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); id -> DurableObjectId; name -> any; }
    closed EmailSendResult { messageId -> any; }
    open Fetcher { connect(1 to 2, 0 {hostname port}, 0 text, 1 {allowHalfOpen highWaterMark secureTransport}); fetch(1 to 2, 1 {body cache cf encodeResponseBody fetcher headers integrity method redirect signal}); }
    closed Flagship { get(1 to 3) -> any; getBooleanDetails(2 to 3) -> FlagshipEvaluationDetails; getBooleanValue(2 to 3); getDetails(2 to 3) -> FlagshipEvaluationDetails; getNumberDetails(2 to 3) -> FlagshipEvaluationDetails; getNumberValue(2 to 3) -> any; getObjectDetails(2 to 3) -> FlagshipEvaluationDetails; getObjectValue(2 to 3) -> any; getStringDetails(2 to 3) -> FlagshipEvaluationDetails; getStringValue(2 to 3) -> any; getValue(2 to 3) -> any; }
    closed FlagshipEvaluationDetails { errorCode -> any; errorMessage -> any; flagKey -> any; reason -> any; value -> any; variant -> any; }
    closed HelloWorldBinding { get(0 to 0); set(1 to 1); }
    closed HostedImagesBinding { createDirectUpload(0 to 1, 0 {creator expiresIn id metadata requireSignedURLs}); image(1 to 1) -> ImageHandle; list(0 to 1, 0 {creator cursor filter limit sortOrder}); upload(1 to 2, 1 {creator encoding filename id metadata requireSignedURLs}); }
    closed Hyperdrive { connect(0 to 0); connectionString -> any; database -> any; host -> any; ip -> any; password -> any; port -> any; user -> any; }
    closed ImageHandle { bytes(0 to 0); delete(0 to 0); details(0 to 0); signedUrl(1 to 1, 0 {expiresIn keyName variant}) -> any; update(1 to 1, 0 {creator metadata requireSignedURLs}); }
    closed ImageInfoResponse { fileSize -> any; format -> any; height -> any; width -> any; }
    closed ImageTransformationResult { contentType(0 to 0) -> any; image(0 to 1, 0 {encoding}); response(0 to 1, 0 {headers}); }
    closed ImageTransformer { draw(1 to 2, 1 {bottom composite left opacity repeat right top}) -> ImageTransformer; output(1 to 1, 0 {anim background format quality}) -> ImageTransformationResult; transform(1 to 1, 0 {background blur border brightness contrast fit flip gamma gravity height rotate saturation segment sharpen trim width}) -> ImageTransformer; }
    closed ImagesBinding { hosted -> HostedImagesBinding; info(1 to 2, 1 {encoding}) -> ImageInfoResponse; input(1 to 2, 1 {encoding}) -> ImageTransformer; text(2 to 2, 1 {color font size}) -> ImageTransformer; }
    closed KVNamespace { delete(1 to 1); get(1 to 2, 1 {cacheTtl type}, 1 ["arrayBuffer" "json" "stream" "text"]) -> any; getWithMetadata(1 to 2, 1 {cacheTtl type}, 1 ["arrayBuffer" "json" "stream" "text"]); list(0 to 1, 0 {cursor limit prefix}) -> KVNamespaceListResult; put(2 to 3, 2 {expiration expirationTtl metadata}); }
    closed KVNamespaceListResult { cacheStatus -> any; cursor -> any; keys; list_complete; }
    closed MediaBinding { input(1 to 1) -> MediaTransformer; }
    closed MediaTransformationGenerator { output(0 to 1, 0 {audio duration format imageCount mode time}) -> MediaTransformationResult; }
    closed MediaTransformationResult { contentType(0 to 0) -> any; media(0 to 0); response(0 to 0); }
    closed MediaTransformer { output(0 to 1, 0 {audio duration format imageCount mode time}) -> MediaTransformationResult; transform(0 to 1, 0 {fit height width}) -> MediaTransformationGenerator; }
    closed Pipeline { send(1 to 1); }
    closed Queue { metrics(0 to 0) -> QueueMetrics; send(1 to 2, 1 {contentType delaySeconds}) -> QueueSendResponse; sendBatch(1 to 2, 1 {delaySeconds}) -> QueueSendBatchResponse; }
    closed QueueMetrics { backlogBytes -> any; backlogCount -> any; oldestMessageTimestamp; }
    closed QueueSendBatchResponse { metadata; }
    closed QueueSendResponse { metadata; }
    closed R2Bucket { createMultipartUpload(1 to 2, 1 {customMetadata httpMetadata ssecKey storageClass}) -> R2MultipartUpload; delete(1 to 1); get(1 to 2, 1 {onlyIf range ssecKey}) -> R2ObjectBody; head(1 to 1) -> R2Object; list(0 to 1, 0 {cursor delimiter include limit prefix startAfter}) -> R2Objects; put(2 to 3, 2 {customMetadata httpMetadata md5 onlyIf sha1 sha256 sha384 sha512 ssecKey storageClass}) -> R2Object; resumeMultipartUpload(2 to 2) -> R2MultipartUpload; }
    closed R2Checksums { md5; sha1; sha256; sha384; sha512; toJSON(0 to 0); }
    closed R2MultipartUpload { abort(0 to 0); complete(1 to 1) -> R2Object; key -> any; uploadId -> any; uploadPart(2 to 3, 2 {ssecKey}); }
    closed R2Object { checksums -> R2Checksums; customMetadata; etag -> any; httpEtag -> any; httpMetadata; key -> any; range; size -> any; ssecKeyMd5 -> any; storageClass -> any; uploaded; version -> any; writeHttpMetadata(1 to 1); }
    closed R2ObjectBody { arrayBuffer(0 to 0); blob(0 to 0) -> Blob; body; bodyUsed; bytes(0 to 0); checksums -> R2Checksums; customMetadata; etag -> any; httpEtag -> any; httpMetadata; json(0 to 0) -> any; key -> any; range; size -> any; ssecKeyMd5 -> any; storageClass -> any; text(0 to 0) -> any; uploaded; version -> any; writeHttpMetadata(1 to 1); }
    closed R2Objects { cursor -> any; delimitedPrefixes; objects; truncated; }
    closed RateLimit { limit(1 to 1, 0 {delta key}) -> RateLimitOutcome; }
    closed RateLimitOutcome { success; }
    closed SecretsStoreSecret { get(0 to 0) -> any; }
    closed SendEmail { send(1 to 1, 0 {attachments bcc cc from headers html replyTo subject text to}) -> EmailSendResult; }
    closed StreamBinding { createDirectUpload(1 to 1, 0 {allowedOrigins creator expiry maxDurationSeconds meta requireSignedURLs scheduledDeletion thumbnailTimestampPct watermark}) -> StreamDirectUpload; upload(1 to 2, 1 {allowedOrigins creator meta requireSignedURLs scheduledDeletion thumbnailTimestampPct watermarkId}) -> StreamVideo; video(1 to 1) -> StreamVideoHandle; videos -> StreamVideos; watermarks -> StreamWatermarks; }
    closed StreamDirectUpload { id -> any; scheduledDeletion -> any; uploadURL -> any; watermark; }
    closed StreamScopedCaptions { delete(1 to 1); generate(1 to 1); list(0 to 1); upload(2 to 2); }
    closed StreamScopedDownloads { delete(0 to 1, 0 ["audio" "default"]); generate(0 to 1, 0 ["audio" "default"]); get(0 to 0); }
    closed StreamVideo { allowedOrigins; clippedFromId -> any; created -> any; creator -> any; dashPlaybackUrl -> any; duration -> any; hlsPlaybackUrl -> any; id -> any; input; liveInputId -> any; maxDurationSeconds -> any; maxSizeBytes -> any; meta; modified -> any; preview -> any; publicDetails; readyToStream; readyToStreamAt -> any; requireSignedURLs; scheduledDeletion -> any; size -> any; status; thumbnail -> any; thumbnailTimestampPct -> any; uploadExpiry -> any; uploaded -> any; watermark; }
    closed StreamVideoHandle { captions -> StreamScopedCaptions; delete(0 to 0); details(0 to 0); downloads -> StreamScopedDownloads; generateToken(0 to 0) -> any; id -> any; update(1 to 1, 0 {allowedOrigins creator maxDurationSeconds meta requireSignedURLs scheduledDeletion thumbnailTimestampPct}); }
    closed StreamVideos { list(0 to 1, 0 {after afterComp before beforeComp limit}); }
    closed StreamWatermarks { delete(1 to 1); generate(2 to 2, 1 {name opacity padding position scale}); get(1 to 1); list(0 to 0); }
    closed Vectorize { deleteByIds(1 to 1) -> VectorizeAsyncMutation; describe(0 to 0) -> VectorizeIndexInfo; getByIds(1 to 1); insert(1 to 1) -> VectorizeAsyncMutation; query(1 to 2, 1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; queryById(1 to 2, 1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; upsert(1 to 1) -> VectorizeAsyncMutation; }
    closed VectorizeAsyncMutation { mutationId -> any; }
    closed VectorizeIndex { deleteByIds(1 to 1) -> VectorizeVectorMutation; describe(0 to 0) -> VectorizeIndexDetails; getByIds(1 to 1); insert(1 to 1) -> VectorizeVectorMutation; query(1 to 2, 1 {filter namespace returnMetadata returnValues topK}) -> VectorizeMatches; upsert(1 to 1) -> VectorizeVectorMutation; }
    closed VectorizeIndexDetails { config; description -> any; id -> any; name -> any; vectorsCount -> any; }
    closed VectorizeIndexInfo { dimensions -> any; processedUpToDatetime -> any; processedUpToMutation -> any; vectorCount -> any; }
    closed VectorizeMatches { count -> any; matches; }
    closed VectorizeVectorMutation { count -> any; ids; }
    closed WebSearch { search(1 to 1, 0 {limit query}) -> WebSearchSearchResponse; }
    closed WebSearchSearchResponse { items; metadata; }
    closed WorkerLoader { get(2 to 2) -> WorkerStub; load(1 to 1, 0 {allowExperimental compatibilityDate compatibilityFlags env globalOutbound limits mainModule modules streamingTails tails}) -> WorkerStub; }
    closed WorkerStub { getDurableObjectClass(0 to 2, 1 {limits props}); getEntrypoint(0 to 2, 1 {limits props}) -> Fetcher; }
    closed WorkerVersionMetadata { id -> any; tag -> any; timestamp -> any; }
    closed Workflow { create(0 to 1, 0 {id locationHint params retention}) -> WorkflowInstance; createBatch(1 to 1, 0 {count instances locationHint params retention}); deleteBatch(1 to 1) -> WorkflowBatchDeleteResult; get(1 to 1) -> WorkflowInstance; }
    closed WorkflowBatchDeleteResult { deleted; errors; }
    closed WorkflowInstance { delete(0 to 0); id -> any; pause(0 to 0); restart(0 to 1, 0 {from}); resume(0 to 0); sendEvent(1 to 1, 0 {payload type}); status(0 to 0); subscribe(0 to 1, 0 {cursor filter}) -> WorkflowInstanceSubscription; terminate(0 to 1, 0 {rollback}); }
    closed WorkflowInstanceSubscription { next(0 to 0); }
}
