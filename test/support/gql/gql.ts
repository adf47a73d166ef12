/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query NamesOfTenant { models { nodes { displayName } } }": typeof types.NamesOfTenantDocument,
    "query IdsOfTenant { models { nodes { id } } }": typeof types.IdsOfTenantDocument,
    "\n  mutation PredictOfTenant($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n": typeof types.PredictOfTenantDocument,
    "query Names { models { nodes { displayName } } }": typeof types.NamesDocument,
    "\n  mutation MakeWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) {\n      __typename\n      ... on CreateWatchTokenSuccess { token expiresAt }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": typeof types.MakeWatchTokenDocument,
    "\n  query EverythingOfJobs($training: ID!, $prediction: ID!) {\n    training(id: $training) { id status strength progress { fraction } model { displayName } }\n    prediction(id: $prediction) { id status prompt images { url } models { modelId scale model { displayName } } }\n    nodes(ids: [$training]) { id }\n  }\n": typeof types.EverythingOfJobsDocument,
    "\n  mutation TicketForBrowser($id: ID!) {\n    createUploadTickets(input: { target: { newInModel: $id } }) {\n      ... on CreateUploadTicketsSuccess { tickets { url } }\n    }\n  }\n": typeof types.TicketForBrowserDocument,
    "\n  query BrowserGallery($id: ID!) {\n    model(id: $id) {\n      dataItems { nodes { image { placeholder original: url small: url(width: 64) jpeg: url(width: 100, format: JPEG) } } }\n    }\n  }\n": typeof types.BrowserGalleryDocument,
    "query ModelNames { models { nodes { displayName } } }": typeof types.ModelNamesDocument,
    "query Strength($id: ID!) { model(id: $id) { trainings { nodes { status strength } } } }": typeof types.StrengthDocument,
    "query NamesAtARate { models { nodes { displayName } } }": typeof types.NamesAtARateDocument,
    "\n  query ActiveJobs($first: Int) { activeJobs(first: $first) { isComplete jobs { __typename id status } } }\n": typeof types.ActiveJobsDocument,
    "\n      mutation TokenForActive($ids: [ID!]!) {\n        createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n      }\n    ": typeof types.TokenForActiveDocument,
    "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n": typeof types.PredictionsWithModelsDocument,
    "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n": typeof types.ModelsWithTrainingsDocument,
    "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n": typeof types.SameModelDocument,
    "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  ": typeof types.ListAndReadDocument,
    "\n  fragment DeleteOutcomeFields on DeleteOutcome {\n    id\n    deletedId\n    error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n  }\n": typeof types.DeleteOutcomeFieldsFragmentDoc,
    "\n  mutation DeleteModels($input: DeleteModelsInput!) {\n    deleteModels(input: $input) {\n      __typename\n      ... on DeleteModelsSuccess { outcomes { ...DeleteOutcomeFields } }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.DeleteModelsDocument,
    "\n  mutation DeleteDataItems($input: DeleteDataItemsInput!) {\n    deleteDataItems(input: $input) { ... on DeleteDataItemsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": typeof types.DeleteDataItemsDocument,
    "\n  mutation DeleteTrainings($input: DeleteTrainingsInput!) {\n    deleteTrainings(input: $input) { ... on DeleteTrainingsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": typeof types.DeleteTrainingsDocument,
    "\n  mutation DeletePredictions($input: DeletePredictionsInput!) {\n    deletePredictions(input: $input) { ... on DeletePredictionsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": typeof types.DeletePredictionsDocument,
    "query DeletedNodes($ids: [ID!]!) { nodes(ids: $ids) { __typename } }": typeof types.DeletedNodesDocument,
    "query CachedStatuses($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { status } } }": typeof types.CachedStatusesDocument,
    "query TwoModels($a: ID!, $b: ID!) { a: model(id: $a) { displayName } b: model(id: $b) { displayName } }": typeof types.TwoModelsDocument,
    "query CheckedTraining($id: ID!) { training(id: $id) { status checkedAt } }": typeof types.CheckedTrainingDocument,
    "query OnlyCheckedAt($id: ID!) { training(id: $id) { checkedAt } }": typeof types.OnlyCheckedAtDocument,
    "\n  query CheckedTrainings($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { checkedAt status } } } }\n": typeof types.CheckedTrainingsDocument,
    "\n  mutation CheckedPrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { checkedAt } } }\n  }\n": typeof types.CheckedPredictionDocument,
    "\n  subscription CheckedEvents($id: ID!) { trainingUpdated(id: $id) { status checkedAt } }\n": typeof types.CheckedEventsDocument,
    "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": typeof types.ModelsDocument,
    "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": typeof types.ModelPredictionsDocument,
    "query PredictionCursor { predictions { pageInfo { endCursor } } }": typeof types.PredictionCursorDocument,
    "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }": typeof types.PredictionsOfAllDocument,
    "\n  mutation CreatePredictions($input: CreatePredictionsInput!) {\n    createPredictions(input: $input) {\n      __typename\n      ... on CreatePredictionsSuccess {\n        outcomes {\n          idempotencyKey\n          prediction { id status prompt }\n          warnings\n          error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n        }\n      }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.CreatePredictionsDocument,
    "\n  query EstimatedProgress($id: ID!) {\n    training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt likelyCompletedBy } }\n  }\n": typeof types.EstimatedProgressDocument,
    "query ListedTrainings($id: ID!) { model(id: $id) { trainings { nodes { status } } } }": typeof types.ListedTrainingsDocument,
    "subscription EstimatedUpdated($id: ID!) { trainingUpdated(id: $id) { status } }": typeof types.EstimatedUpdatedDocument,
    "\n  query FilteredPredictions($first: Int, $after: String, $status: [JobStatus!], $createdAfter: DateTime) {\n    predictions(first: $first, after: $after, status: $status, createdAfter: $createdAfter) {\n      nodes { id status createdAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.FilteredPredictionsDocument,
    "\n  query FilteredModels($first: Int, $after: String, $nameContains: String) {\n    models(first: $first, after: $after, nameContains: $nameContains) {\n      nodes { displayName }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.FilteredModelsDocument,
    "\n        query TwoFilters {\n          failed: predictions(status: [FAILED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n          canceled: predictions(status: [CANCELED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n        }\n      ": typeof types.TwoFiltersDocument,
    "\n  query FinishedTraining($id: ID!) { training(id: $id) { id status triggerWord finishedAt progress { fraction } } }\n": typeof types.FinishedTrainingDocument,
    "\n  query FinishedPrediction($id: ID!) { prediction(id: $id) { id status prompt images { url } } }\n": typeof types.FinishedPredictionDocument,
    "\n  query ListFinished($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { id status triggerWord mode { __typename } } } } }\n": typeof types.ListFinishedDocument,
    "mutation DeleteFinished($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": typeof types.DeleteFinishedDocument,
    "\n  mutation DeleteFinishedPrediction($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }\n": typeof types.DeleteFinishedPredictionDocument,
    "mutation DeleteModelOfFinished($id: ID!) { deleteModel(input: { id: $id }) { __typename } }": typeof types.DeleteModelOfFinishedDocument,
    "\n  mutation TokenForFinished($ids: [ID!]!) {\n    createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n  }\n": typeof types.TokenForFinishedDocument,
    "\n  subscription HeldTraining($id: ID!) { trainingUpdated(id: $id) { id status staleSince } }\n": typeof types.HeldTrainingDocument,
    "\n  subscription HeldTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": typeof types.HeldTrainingsDocument,
    "\n  subscription HeldJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n": typeof types.HeldJobsDocument,
    "query ReadHeld { models { nodes { id } } }": typeof types.ReadHeldDocument,
    "query ReadTooSoon { models { nodes { id } } }": typeof types.ReadTooSoonDocument,
    "\n  query ImageKeys($id: ID!) {\n    model(id: $id) { dataItems { nodes { id image { key url expiresAt } } } }\n  }\n": typeof types.ImageKeysDocument,
    "\n  query PredictionImageKeys($id: ID!) {\n    prediction(id: $id) { images { key url(format: PNG) expiresAt } }\n  }\n": typeof types.PredictionImageKeysDocument,
    "\n  mutation ReplaceKeyed($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n": typeof types.ReplaceKeyedDocument,
    "\n    query ImagesAcrossAnHour($item: ID!, $prediction: ID!) {\n      node(id: $item) { ... on DataItem { image { url } } }\n      prediction(id: $prediction) { images { expiresAt } }\n    }\n  ": typeof types.ImagesAcrossAnHourDocument,
    "\n  query Copies($id: ID!, $width: Int, $format: ImageFormat) {\n    node(id: $id) { ... on DataItem { image { original: url copy: url(width: $width, format: $format) } } }\n  }\n": typeof types.CopiesDocument,
    "\n  query FactsAndPlaceholder($id: ID!) {\n    node(id: $id) { ... on DataItem { image { url placeholder contentType byteSize width height } } }\n  }\n": typeof types.FactsAndPlaceholderDocument,
    "\n  query ListImages($id: ID!) {\n    model(id: $id) { dataItems(first: 100) { nodes { image { url small: url(width: 200, format: WEBP) } } } }\n  }\n": typeof types.ListImagesDocument,
    "\n  query PredictedImages($id: ID!) {\n    prediction(id: $id) { images { url width height placeholder } }\n  }\n": typeof types.PredictedImagesDocument,
    "\n  mutation ReplaceImage($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n": typeof types.ReplaceImageDocument,
    "\n  mutation DeleteImage($input: DeleteDataItemInput!) { deleteDataItem(input: $input) { __typename } }\n": typeof types.DeleteImageDocument,
    "\n  query ModeOfTraining($id: ID!) {\n    training(id: $id) {\n      mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n    }\n  }\n": typeof types.ModeOfTrainingDocument,
    "\n  query SettingsOfPrediction($id: ID!) {\n    prediction(id: $id) {\n      status\n      settings { models { id scale } prompt seed size { width height } imageCount guidanceScale inferenceSteps }\n    }\n  }\n": typeof types.SettingsOfPredictionDocument,
    "\n  query AllLimits {\n    limits {\n      uploads {\n        maxBytes maxPixels formats contentTypes filesPerRequest requestBytes\n        tickets { min max default }\n      }\n      images { widths }\n      training { strength { min max default } defaultMode }\n      prediction {\n        width { min max default } height { min max default } imageCount { min max default }\n        guidanceScale { min max default } inferenceSteps { min max default }\n      }\n      jobs {\n        waitSeconds { min max default } idempotencyKeyLength { min max default }\n        watched { min max default } watchTokenSeconds { min max default }\n      }\n      lists { first { min max default } activeJobs { min max default } ids scannedPages }\n      operations { cost depth aliases rootFields tokens responseBytes }\n    }\n  }\n": typeof types.AllLimitsDocument,
    "\n  subscription StatusUpdated($id: ID!) {\n    trainingUpdated(id: $id) { status staleSince progress { fraction isEstimated estimatedCompletionAt } }\n  }\n": typeof types.StatusUpdatedDocument,
    "\n  subscription TrainingsUpdated($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": typeof types.TrainingsUpdatedDocument,
    "\n  mutation StartAndWait($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": typeof types.StartAndWaitDocument,
    "\n  mutation PredictAndWait($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status images { url } } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": typeof types.PredictAndWaitDocument,
    "\n  mutation CreateOnce($input: CreateModelInput!) {\n    createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } }\n  }\n": typeof types.CreateOnceDocument,
    "mutation CancelIt($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }": typeof types.CancelItDocument,
    "mutation DeleteIt($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": typeof types.DeleteItDocument,
    "mutation DeleteModelOf($id: ID!) { deleteModel(input: { id: $id }) { __typename } }": typeof types.DeleteModelOfDocument,
    "\n    query ProgressOf($id: ID!) { training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt } } }\n  ": typeof types.ProgressOfDocument,
    "query LearnFrom($id: ID!) { model(id: $id) { trainings { nodes { status } } } }": typeof types.LearnFromDocument,
    "\n  query MalformedPrediction($id: ID!) {\n    prediction(id: $id) {\n      status failureReason prompt seed imageCount inferenceSteps guidanceScale createdAt finishedAt\n      progress { fraction isEstimated } models { modelId scale } size { width height } images { url }\n    }\n  }\n": typeof types.MalformedPredictionDocument,
    "query MalformedList { predictions { nodes { id status failureReason prompt } } }": typeof types.MalformedListDocument,
    "\n  subscription MalformedUpdated($id: ID!) {\n    predictionUpdated(id: $id) { status failureReason images { url } progress { fraction } }\n  }\n": typeof types.MalformedUpdatedDocument,
    "\n  subscription MalformedTrainings($id: ID!) { trainingsUpdated(modelId: $id) { id status triggerWord } }\n": typeof types.MalformedTrainingsDocument,
    "query MalformedUnselected($id: ID!) { prediction(id: $id) { status prompt } }": typeof types.MalformedUnselectedDocument,
    "\n      query MalformedMerged($id: ID!) { prediction(id: $id) { prompt } predictions { nodes { prompt } } }\n    ": typeof types.MalformedMergedDocument,
    "query MalformedTrigger($id: ID!) { model(id: $id) { triggerWord } }": typeof types.MalformedTriggerDocument,
    "\n      mutation MalformedCreate {\n        createModel(input: { displayName: \"Dresses\" }) { ... on CreateModelSuccess { model { id displayName } } }\n      }\n    ": typeof types.MalformedCreateDocument,
    "query NoDisplayNameInList { models { nodes { displayName customModelType } } }": typeof types.NoDisplayNameInListDocument,
    "query NoDisplayName { models { nodes { displayName customModelType } } }": typeof types.NoDisplayNameDocument,
    "\n  subscription AwaitImages($id: ID!) { predictionUpdated(id: $id) { status isFinished images { url } } }\n": typeof types.AwaitImagesDocument,
    "\n  mutation CreateAndAwaitImages($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { status images { url } } } }\n  }\n": typeof types.CreateAndAwaitImagesDocument,
    "\n  mutation RenameModel($input: RenameModelInput!) {\n    renameModel(input: $input) {\n      __typename\n      ... on RenameModelSuccess { model { id displayName customModelType } }\n      ... on NotFoundError { id message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.RenameModelDocument,
    "\n  mutation DeleteModel($input: DeleteModelInput!) {\n    deleteModel(input: $input) { __typename ... on DeleteModelSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": typeof types.DeleteModelDocument,
    "\n  mutation CancelTraining($input: CancelTrainingInput!) {\n    cancelTraining(input: $input) {\n      __typename\n      ... on CancelTrainingSuccess { training { id status } }\n      ... on Error { message }\n      ... on NotFoundError { id }\n    }\n  }\n": typeof types.CancelTrainingDocument,
    "\n  mutation DeleteTraining($input: DeleteTrainingInput!) {\n    deleteTraining(input: $input) { __typename ... on DeleteTrainingSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": typeof types.DeleteTrainingDocument,
    "\n  mutation DeletePrediction($input: DeletePredictionInput!) {\n    deletePrediction(input: $input) { __typename ... on DeletePredictionSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": typeof types.DeletePredictionDocument,
    "\n  mutation DeleteDataItem($input: DeleteDataItemInput!) {\n    deleteDataItem(input: $input) { __typename ... on DeleteDataItemSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": typeof types.DeleteDataItemDocument,
    "query Exists($id: ID!) { node(id: $id) { __typename id } }": typeof types.ExistsDocument,
    "\n      query Lookups($model: ID!, $training: ID!, $prediction: ID!, $any: ID!) {\n        model(id: $model) { id }\n        training(id: $training) { id }\n        prediction(id: $prediction) { id }\n        node(id: $any) { id }\n        nodes(ids: [$any, $any]) { id }\n      }\n    ": typeof types.LookupsDocument,
    "\n    mutation RenameTwice($id: ID!) {\n      first: renameModel(input: { id: $id, displayName: \"First\" }) { ... on RenameModelSuccess { model { displayName customModelType } } }\n      second: renameModel(input: { id: $id, displayName: \"Second\" }) { ... on RenameModelSuccess { model { displayName } } }\n      deleteModel(input: { id: $id }) { __typename }\n      again: deleteModel(input: { id: $id }) { __typename }\n    }\n  ": typeof types.RenameTwiceDocument,
    "query TriggerWord($id: ID!) { model(id: $id) { triggerWord } }": typeof types.TriggerWordDocument,
    "\n  mutation CreateInvisible($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      ... on CreatePredictionSuccess { prediction { id status isFinished createdAt progress { fraction } } }\n    }\n  }\n": typeof types.CreateInvisibleDocument,
    "\n  mutation StartInvisible($input: StartTrainingInput!) {\n    startTraining(input: $input) { ... on StartTrainingSuccess { training { id status } } }\n  }\n": typeof types.StartInvisibleDocument,
    "mutation DeleteNew($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }": typeof types.DeleteNewDocument,
    "query ReadInvisible($id: ID!) { prediction(id: $id) { status } }": typeof types.ReadInvisibleDocument,
    "\n  subscription WatchInvisible($id: ID!) { predictionUpdated(id: $id) { status } }\n": typeof types.WatchInvisibleDocument,
    "\n  subscription FollowInvisible($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": typeof types.FollowInvisibleDocument,
    "\n  subscription OddTraining($id: ID!) { trainingUpdated(id: $id) { status staleSince } }\n": typeof types.OddTrainingDocument,
    "\n  subscription OddTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": typeof types.OddTrainingsDocument,
    "\n  subscription AllPredictions { predictionsUpdated { id status checkedAt staleSince } }\n": typeof types.AllPredictionsDocument,
    "\n  subscription PredictionWithAge($id: ID!) { predictionUpdated(id: $id) { status checkedAt staleSince } }\n": typeof types.PredictionWithAgeDocument,
    "\n  mutation CreateFollowed($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n": typeof types.CreateFollowedDocument,
    "\n  subscription ResumeJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n": typeof types.ResumeJobsDocument,
    "\n  subscription StormOfJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status isFinished staleSince } }\n": typeof types.StormOfJobsDocument,
    "\n  mutation Upload($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess {\n        dataItem { id createdAt model { displayName } image { url contentType byteSize width height } }\n      }\n      ... on Error { message }\n      ... on UnsupportedImageError { fileName }\n      ... on FileTooLargeError { fileName maxBytes }\n    }\n  }\n": typeof types.UploadDocument,
    "\n  mutation UploadMany($input: UploadDataItemsInput!) {\n    uploadDataItems(input: $input) {\n      __typename\n      ... on UploadDataItemsSuccess {\n        outcomes { fileName dataItem { id } error { __typename message ... on UnsupportedImageError { fileName } } }\n      }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.UploadManyDocument,
    "\n  mutation Replace($input: ReplaceDataItemInput!) {\n    replaceDataItem(input: $input) {\n      __typename\n      ... on ReplaceDataItemSuccess { dataItem { id image { url contentType } } }\n      ... on Error { message }\n    }\n  }\n": typeof types.ReplaceDocument,
    "\n  query Images($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }\n": typeof types.ImagesDocument,
    "query Facts($id: ID!) { model(id: $id) { dataItems { nodes { image { contentType byteSize width height } again: image { width } } } } }": typeof types.FactsDocument,
    "\n  query UpstreamIds($model: ID!, $training: ID!, $prediction: ID!) {\n    model(id: $model) { upstreamId dataItems { nodes { upstreamId } } trainings { nodes { id upstreamId } } }\n    node(id: $training) { ... on Job { upstreamId } }\n    prediction(id: $prediction) { upstreamId }\n  }\n": typeof types.UpstreamIdsDocument,
    "\n  query ByUpstreamIds($model: String!, $training: String!, $prediction: String!) {\n    modelByUpstreamId(id: $model) { id displayName }\n    trainingByUpstreamId(modelId: $model, id: $training) { id status }\n    predictionByUpstreamId(id: $prediction) { id status }\n  }\n": typeof types.ByUpstreamIdsDocument,
    "\n  query WholeViewer { viewer { credentials permissions isKeyValid problem tenant jobs } }\n": typeof types.WholeViewerDocument,
    "query FreeViewer { viewer { credentials permissions tenant jobs } }": typeof types.FreeViewerDocument,
    "\n  mutation ViewerWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } }\n  }\n": typeof types.ViewerWatchTokenDocument,
    "query ViewerAndModels { viewer { isKeyValid problem } models { nodes { id } } }": typeof types.ViewerAndModelsDocument,
    "\n  subscription TrainingUpdated($id: ID!) {\n    trainingUpdated(id: $id) { id status isFinished triggerWord progress { fraction isEstimated } model { displayName } }\n  }\n": typeof types.TrainingUpdatedDocument,
    "\n  subscription PredictionUpdated($id: ID!) { predictionUpdated(id: $id) { id status images { url } } }\n": typeof types.PredictionUpdatedDocument,
    "\n  subscription JobsUpdated($ids: [ID!]!) { jobsUpdated(ids: $ids) { __typename id status } }\n": typeof types.JobsUpdatedDocument,
    "mutation Cancel($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }": typeof types.CancelDocument,
    "mutation Delete($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": typeof types.DeleteDocument,
    "query Status($id: ID!) { training(id: $id) { status } }": typeof types.StatusDocument,
    "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.CreateModelDocument,
    "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training {\n        id status triggerWord strength\n        mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n      } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.StartTrainingDocument,
    "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt settings { imageCount size { width height } } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": typeof types.CreatePredictionDocument,
    "\n  mutation Tickets($input: CreateUploadTicketsInput!) {\n    createUploadTickets(input: $input) {\n      __typename\n      ... on CreateUploadTicketsSuccess { tickets { url expiresAt } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n      ... on NotFoundError { id }\n    }\n  }\n": typeof types.TicketsDocument,
};
const documents: Documents = {
    "query NamesOfTenant { models { nodes { displayName } } }": types.NamesOfTenantDocument,
    "query IdsOfTenant { models { nodes { id } } }": types.IdsOfTenantDocument,
    "\n  mutation PredictOfTenant($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n": types.PredictOfTenantDocument,
    "query Names { models { nodes { displayName } } }": types.NamesDocument,
    "\n  mutation MakeWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) {\n      __typename\n      ... on CreateWatchTokenSuccess { token expiresAt }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": types.MakeWatchTokenDocument,
    "\n  query EverythingOfJobs($training: ID!, $prediction: ID!) {\n    training(id: $training) { id status strength progress { fraction } model { displayName } }\n    prediction(id: $prediction) { id status prompt images { url } models { modelId scale model { displayName } } }\n    nodes(ids: [$training]) { id }\n  }\n": types.EverythingOfJobsDocument,
    "\n  mutation TicketForBrowser($id: ID!) {\n    createUploadTickets(input: { target: { newInModel: $id } }) {\n      ... on CreateUploadTicketsSuccess { tickets { url } }\n    }\n  }\n": types.TicketForBrowserDocument,
    "\n  query BrowserGallery($id: ID!) {\n    model(id: $id) {\n      dataItems { nodes { image { placeholder original: url small: url(width: 64) jpeg: url(width: 100, format: JPEG) } } }\n    }\n  }\n": types.BrowserGalleryDocument,
    "query ModelNames { models { nodes { displayName } } }": types.ModelNamesDocument,
    "query Strength($id: ID!) { model(id: $id) { trainings { nodes { status strength } } } }": types.StrengthDocument,
    "query NamesAtARate { models { nodes { displayName } } }": types.NamesAtARateDocument,
    "\n  query ActiveJobs($first: Int) { activeJobs(first: $first) { isComplete jobs { __typename id status } } }\n": types.ActiveJobsDocument,
    "\n      mutation TokenForActive($ids: [ID!]!) {\n        createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n      }\n    ": types.TokenForActiveDocument,
    "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n": types.PredictionsWithModelsDocument,
    "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n": types.ModelsWithTrainingsDocument,
    "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n": types.SameModelDocument,
    "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  ": types.ListAndReadDocument,
    "\n  fragment DeleteOutcomeFields on DeleteOutcome {\n    id\n    deletedId\n    error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n  }\n": types.DeleteOutcomeFieldsFragmentDoc,
    "\n  mutation DeleteModels($input: DeleteModelsInput!) {\n    deleteModels(input: $input) {\n      __typename\n      ... on DeleteModelsSuccess { outcomes { ...DeleteOutcomeFields } }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.DeleteModelsDocument,
    "\n  mutation DeleteDataItems($input: DeleteDataItemsInput!) {\n    deleteDataItems(input: $input) { ... on DeleteDataItemsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": types.DeleteDataItemsDocument,
    "\n  mutation DeleteTrainings($input: DeleteTrainingsInput!) {\n    deleteTrainings(input: $input) { ... on DeleteTrainingsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": types.DeleteTrainingsDocument,
    "\n  mutation DeletePredictions($input: DeletePredictionsInput!) {\n    deletePredictions(input: $input) { ... on DeletePredictionsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n": types.DeletePredictionsDocument,
    "query DeletedNodes($ids: [ID!]!) { nodes(ids: $ids) { __typename } }": types.DeletedNodesDocument,
    "query CachedStatuses($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { status } } }": types.CachedStatusesDocument,
    "query TwoModels($a: ID!, $b: ID!) { a: model(id: $a) { displayName } b: model(id: $b) { displayName } }": types.TwoModelsDocument,
    "query CheckedTraining($id: ID!) { training(id: $id) { status checkedAt } }": types.CheckedTrainingDocument,
    "query OnlyCheckedAt($id: ID!) { training(id: $id) { checkedAt } }": types.OnlyCheckedAtDocument,
    "\n  query CheckedTrainings($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { checkedAt status } } } }\n": types.CheckedTrainingsDocument,
    "\n  mutation CheckedPrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { checkedAt } } }\n  }\n": types.CheckedPredictionDocument,
    "\n  subscription CheckedEvents($id: ID!) { trainingUpdated(id: $id) { status checkedAt } }\n": types.CheckedEventsDocument,
    "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n": types.ModelsDocument,
    "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": types.ModelPredictionsDocument,
    "query PredictionCursor { predictions { pageInfo { endCursor } } }": types.PredictionCursorDocument,
    "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }": types.PredictionsOfAllDocument,
    "\n  mutation CreatePredictions($input: CreatePredictionsInput!) {\n    createPredictions(input: $input) {\n      __typename\n      ... on CreatePredictionsSuccess {\n        outcomes {\n          idempotencyKey\n          prediction { id status prompt }\n          warnings\n          error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n        }\n      }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.CreatePredictionsDocument,
    "\n  query EstimatedProgress($id: ID!) {\n    training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt likelyCompletedBy } }\n  }\n": types.EstimatedProgressDocument,
    "query ListedTrainings($id: ID!) { model(id: $id) { trainings { nodes { status } } } }": types.ListedTrainingsDocument,
    "subscription EstimatedUpdated($id: ID!) { trainingUpdated(id: $id) { status } }": types.EstimatedUpdatedDocument,
    "\n  query FilteredPredictions($first: Int, $after: String, $status: [JobStatus!], $createdAfter: DateTime) {\n    predictions(first: $first, after: $after, status: $status, createdAfter: $createdAfter) {\n      nodes { id status createdAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.FilteredPredictionsDocument,
    "\n  query FilteredModels($first: Int, $after: String, $nameContains: String) {\n    models(first: $first, after: $after, nameContains: $nameContains) {\n      nodes { displayName }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.FilteredModelsDocument,
    "\n        query TwoFilters {\n          failed: predictions(status: [FAILED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n          canceled: predictions(status: [CANCELED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n        }\n      ": types.TwoFiltersDocument,
    "\n  query FinishedTraining($id: ID!) { training(id: $id) { id status triggerWord finishedAt progress { fraction } } }\n": types.FinishedTrainingDocument,
    "\n  query FinishedPrediction($id: ID!) { prediction(id: $id) { id status prompt images { url } } }\n": types.FinishedPredictionDocument,
    "\n  query ListFinished($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { id status triggerWord mode { __typename } } } } }\n": types.ListFinishedDocument,
    "mutation DeleteFinished($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": types.DeleteFinishedDocument,
    "\n  mutation DeleteFinishedPrediction($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }\n": types.DeleteFinishedPredictionDocument,
    "mutation DeleteModelOfFinished($id: ID!) { deleteModel(input: { id: $id }) { __typename } }": types.DeleteModelOfFinishedDocument,
    "\n  mutation TokenForFinished($ids: [ID!]!) {\n    createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n  }\n": types.TokenForFinishedDocument,
    "\n  subscription HeldTraining($id: ID!) { trainingUpdated(id: $id) { id status staleSince } }\n": types.HeldTrainingDocument,
    "\n  subscription HeldTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": types.HeldTrainingsDocument,
    "\n  subscription HeldJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n": types.HeldJobsDocument,
    "query ReadHeld { models { nodes { id } } }": types.ReadHeldDocument,
    "query ReadTooSoon { models { nodes { id } } }": types.ReadTooSoonDocument,
    "\n  query ImageKeys($id: ID!) {\n    model(id: $id) { dataItems { nodes { id image { key url expiresAt } } } }\n  }\n": types.ImageKeysDocument,
    "\n  query PredictionImageKeys($id: ID!) {\n    prediction(id: $id) { images { key url(format: PNG) expiresAt } }\n  }\n": types.PredictionImageKeysDocument,
    "\n  mutation ReplaceKeyed($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n": types.ReplaceKeyedDocument,
    "\n    query ImagesAcrossAnHour($item: ID!, $prediction: ID!) {\n      node(id: $item) { ... on DataItem { image { url } } }\n      prediction(id: $prediction) { images { expiresAt } }\n    }\n  ": types.ImagesAcrossAnHourDocument,
    "\n  query Copies($id: ID!, $width: Int, $format: ImageFormat) {\n    node(id: $id) { ... on DataItem { image { original: url copy: url(width: $width, format: $format) } } }\n  }\n": types.CopiesDocument,
    "\n  query FactsAndPlaceholder($id: ID!) {\n    node(id: $id) { ... on DataItem { image { url placeholder contentType byteSize width height } } }\n  }\n": types.FactsAndPlaceholderDocument,
    "\n  query ListImages($id: ID!) {\n    model(id: $id) { dataItems(first: 100) { nodes { image { url small: url(width: 200, format: WEBP) } } } }\n  }\n": types.ListImagesDocument,
    "\n  query PredictedImages($id: ID!) {\n    prediction(id: $id) { images { url width height placeholder } }\n  }\n": types.PredictedImagesDocument,
    "\n  mutation ReplaceImage($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n": types.ReplaceImageDocument,
    "\n  mutation DeleteImage($input: DeleteDataItemInput!) { deleteDataItem(input: $input) { __typename } }\n": types.DeleteImageDocument,
    "\n  query ModeOfTraining($id: ID!) {\n    training(id: $id) {\n      mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n    }\n  }\n": types.ModeOfTrainingDocument,
    "\n  query SettingsOfPrediction($id: ID!) {\n    prediction(id: $id) {\n      status\n      settings { models { id scale } prompt seed size { width height } imageCount guidanceScale inferenceSteps }\n    }\n  }\n": types.SettingsOfPredictionDocument,
    "\n  query AllLimits {\n    limits {\n      uploads {\n        maxBytes maxPixels formats contentTypes filesPerRequest requestBytes\n        tickets { min max default }\n      }\n      images { widths }\n      training { strength { min max default } defaultMode }\n      prediction {\n        width { min max default } height { min max default } imageCount { min max default }\n        guidanceScale { min max default } inferenceSteps { min max default }\n      }\n      jobs {\n        waitSeconds { min max default } idempotencyKeyLength { min max default }\n        watched { min max default } watchTokenSeconds { min max default }\n      }\n      lists { first { min max default } activeJobs { min max default } ids scannedPages }\n      operations { cost depth aliases rootFields tokens responseBytes }\n    }\n  }\n": types.AllLimitsDocument,
    "\n  subscription StatusUpdated($id: ID!) {\n    trainingUpdated(id: $id) { status staleSince progress { fraction isEstimated estimatedCompletionAt } }\n  }\n": types.StatusUpdatedDocument,
    "\n  subscription TrainingsUpdated($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": types.TrainingsUpdatedDocument,
    "\n  mutation StartAndWait($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": types.StartAndWaitDocument,
    "\n  mutation PredictAndWait($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status images { url } } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n": types.PredictAndWaitDocument,
    "\n  mutation CreateOnce($input: CreateModelInput!) {\n    createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } }\n  }\n": types.CreateOnceDocument,
    "mutation CancelIt($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }": types.CancelItDocument,
    "mutation DeleteIt($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": types.DeleteItDocument,
    "mutation DeleteModelOf($id: ID!) { deleteModel(input: { id: $id }) { __typename } }": types.DeleteModelOfDocument,
    "\n    query ProgressOf($id: ID!) { training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt } } }\n  ": types.ProgressOfDocument,
    "query LearnFrom($id: ID!) { model(id: $id) { trainings { nodes { status } } } }": types.LearnFromDocument,
    "\n  query MalformedPrediction($id: ID!) {\n    prediction(id: $id) {\n      status failureReason prompt seed imageCount inferenceSteps guidanceScale createdAt finishedAt\n      progress { fraction isEstimated } models { modelId scale } size { width height } images { url }\n    }\n  }\n": types.MalformedPredictionDocument,
    "query MalformedList { predictions { nodes { id status failureReason prompt } } }": types.MalformedListDocument,
    "\n  subscription MalformedUpdated($id: ID!) {\n    predictionUpdated(id: $id) { status failureReason images { url } progress { fraction } }\n  }\n": types.MalformedUpdatedDocument,
    "\n  subscription MalformedTrainings($id: ID!) { trainingsUpdated(modelId: $id) { id status triggerWord } }\n": types.MalformedTrainingsDocument,
    "query MalformedUnselected($id: ID!) { prediction(id: $id) { status prompt } }": types.MalformedUnselectedDocument,
    "\n      query MalformedMerged($id: ID!) { prediction(id: $id) { prompt } predictions { nodes { prompt } } }\n    ": types.MalformedMergedDocument,
    "query MalformedTrigger($id: ID!) { model(id: $id) { triggerWord } }": types.MalformedTriggerDocument,
    "\n      mutation MalformedCreate {\n        createModel(input: { displayName: \"Dresses\" }) { ... on CreateModelSuccess { model { id displayName } } }\n      }\n    ": types.MalformedCreateDocument,
    "query NoDisplayNameInList { models { nodes { displayName customModelType } } }": types.NoDisplayNameInListDocument,
    "query NoDisplayName { models { nodes { displayName customModelType } } }": types.NoDisplayNameDocument,
    "\n  subscription AwaitImages($id: ID!) { predictionUpdated(id: $id) { status isFinished images { url } } }\n": types.AwaitImagesDocument,
    "\n  mutation CreateAndAwaitImages($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { status images { url } } } }\n  }\n": types.CreateAndAwaitImagesDocument,
    "\n  mutation RenameModel($input: RenameModelInput!) {\n    renameModel(input: $input) {\n      __typename\n      ... on RenameModelSuccess { model { id displayName customModelType } }\n      ... on NotFoundError { id message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.RenameModelDocument,
    "\n  mutation DeleteModel($input: DeleteModelInput!) {\n    deleteModel(input: $input) { __typename ... on DeleteModelSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": types.DeleteModelDocument,
    "\n  mutation CancelTraining($input: CancelTrainingInput!) {\n    cancelTraining(input: $input) {\n      __typename\n      ... on CancelTrainingSuccess { training { id status } }\n      ... on Error { message }\n      ... on NotFoundError { id }\n    }\n  }\n": types.CancelTrainingDocument,
    "\n  mutation DeleteTraining($input: DeleteTrainingInput!) {\n    deleteTraining(input: $input) { __typename ... on DeleteTrainingSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": types.DeleteTrainingDocument,
    "\n  mutation DeletePrediction($input: DeletePredictionInput!) {\n    deletePrediction(input: $input) { __typename ... on DeletePredictionSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": types.DeletePredictionDocument,
    "\n  mutation DeleteDataItem($input: DeleteDataItemInput!) {\n    deleteDataItem(input: $input) { __typename ... on DeleteDataItemSuccess { deletedId } ... on NotFoundError { id } }\n  }\n": types.DeleteDataItemDocument,
    "query Exists($id: ID!) { node(id: $id) { __typename id } }": types.ExistsDocument,
    "\n      query Lookups($model: ID!, $training: ID!, $prediction: ID!, $any: ID!) {\n        model(id: $model) { id }\n        training(id: $training) { id }\n        prediction(id: $prediction) { id }\n        node(id: $any) { id }\n        nodes(ids: [$any, $any]) { id }\n      }\n    ": types.LookupsDocument,
    "\n    mutation RenameTwice($id: ID!) {\n      first: renameModel(input: { id: $id, displayName: \"First\" }) { ... on RenameModelSuccess { model { displayName customModelType } } }\n      second: renameModel(input: { id: $id, displayName: \"Second\" }) { ... on RenameModelSuccess { model { displayName } } }\n      deleteModel(input: { id: $id }) { __typename }\n      again: deleteModel(input: { id: $id }) { __typename }\n    }\n  ": types.RenameTwiceDocument,
    "query TriggerWord($id: ID!) { model(id: $id) { triggerWord } }": types.TriggerWordDocument,
    "\n  mutation CreateInvisible($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      ... on CreatePredictionSuccess { prediction { id status isFinished createdAt progress { fraction } } }\n    }\n  }\n": types.CreateInvisibleDocument,
    "\n  mutation StartInvisible($input: StartTrainingInput!) {\n    startTraining(input: $input) { ... on StartTrainingSuccess { training { id status } } }\n  }\n": types.StartInvisibleDocument,
    "mutation DeleteNew($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }": types.DeleteNewDocument,
    "query ReadInvisible($id: ID!) { prediction(id: $id) { status } }": types.ReadInvisibleDocument,
    "\n  subscription WatchInvisible($id: ID!) { predictionUpdated(id: $id) { status } }\n": types.WatchInvisibleDocument,
    "\n  subscription FollowInvisible($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": types.FollowInvisibleDocument,
    "\n  subscription OddTraining($id: ID!) { trainingUpdated(id: $id) { status staleSince } }\n": types.OddTrainingDocument,
    "\n  subscription OddTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n": types.OddTrainingsDocument,
    "\n  subscription AllPredictions { predictionsUpdated { id status checkedAt staleSince } }\n": types.AllPredictionsDocument,
    "\n  subscription PredictionWithAge($id: ID!) { predictionUpdated(id: $id) { status checkedAt staleSince } }\n": types.PredictionWithAgeDocument,
    "\n  mutation CreateFollowed($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n": types.CreateFollowedDocument,
    "\n  subscription ResumeJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n": types.ResumeJobsDocument,
    "\n  subscription StormOfJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status isFinished staleSince } }\n": types.StormOfJobsDocument,
    "\n  mutation Upload($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess {\n        dataItem { id createdAt model { displayName } image { url contentType byteSize width height } }\n      }\n      ... on Error { message }\n      ... on UnsupportedImageError { fileName }\n      ... on FileTooLargeError { fileName maxBytes }\n    }\n  }\n": types.UploadDocument,
    "\n  mutation UploadMany($input: UploadDataItemsInput!) {\n    uploadDataItems(input: $input) {\n      __typename\n      ... on UploadDataItemsSuccess {\n        outcomes { fileName dataItem { id } error { __typename message ... on UnsupportedImageError { fileName } } }\n      }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.UploadManyDocument,
    "\n  mutation Replace($input: ReplaceDataItemInput!) {\n    replaceDataItem(input: $input) {\n      __typename\n      ... on ReplaceDataItemSuccess { dataItem { id image { url contentType } } }\n      ... on Error { message }\n    }\n  }\n": types.ReplaceDocument,
    "\n  query Images($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }\n": types.ImagesDocument,
    "query Facts($id: ID!) { model(id: $id) { dataItems { nodes { image { contentType byteSize width height } again: image { width } } } } }": types.FactsDocument,
    "\n  query UpstreamIds($model: ID!, $training: ID!, $prediction: ID!) {\n    model(id: $model) { upstreamId dataItems { nodes { upstreamId } } trainings { nodes { id upstreamId } } }\n    node(id: $training) { ... on Job { upstreamId } }\n    prediction(id: $prediction) { upstreamId }\n  }\n": types.UpstreamIdsDocument,
    "\n  query ByUpstreamIds($model: String!, $training: String!, $prediction: String!) {\n    modelByUpstreamId(id: $model) { id displayName }\n    trainingByUpstreamId(modelId: $model, id: $training) { id status }\n    predictionByUpstreamId(id: $prediction) { id status }\n  }\n": types.ByUpstreamIdsDocument,
    "\n  query WholeViewer { viewer { credentials permissions isKeyValid problem tenant jobs } }\n": types.WholeViewerDocument,
    "query FreeViewer { viewer { credentials permissions tenant jobs } }": types.FreeViewerDocument,
    "\n  mutation ViewerWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } }\n  }\n": types.ViewerWatchTokenDocument,
    "query ViewerAndModels { viewer { isKeyValid problem } models { nodes { id } } }": types.ViewerAndModelsDocument,
    "\n  subscription TrainingUpdated($id: ID!) {\n    trainingUpdated(id: $id) { id status isFinished triggerWord progress { fraction isEstimated } model { displayName } }\n  }\n": types.TrainingUpdatedDocument,
    "\n  subscription PredictionUpdated($id: ID!) { predictionUpdated(id: $id) { id status images { url } } }\n": types.PredictionUpdatedDocument,
    "\n  subscription JobsUpdated($ids: [ID!]!) { jobsUpdated(ids: $ids) { __typename id status } }\n": types.JobsUpdatedDocument,
    "mutation Cancel($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }": types.CancelDocument,
    "mutation Delete($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }": types.DeleteDocument,
    "query Status($id: ID!) { training(id: $id) { status } }": types.StatusDocument,
    "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.CreateModelDocument,
    "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training {\n        id status triggerWord strength\n        mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n      } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.StartTrainingDocument,
    "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt settings { imageCount size { width height } } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n": types.CreatePredictionDocument,
    "\n  mutation Tickets($input: CreateUploadTicketsInput!) {\n    createUploadTickets(input: $input) {\n      __typename\n      ... on CreateUploadTicketsSuccess { tickets { url expiresAt } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n      ... on NotFoundError { id }\n    }\n  }\n": types.TicketsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query NamesOfTenant { models { nodes { displayName } } }"): typeof import('./graphql.ts').NamesOfTenantDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query IdsOfTenant { models { nodes { id } } }"): typeof import('./graphql.ts').IdsOfTenantDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PredictOfTenant($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n"): typeof import('./graphql.ts').PredictOfTenantDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Names { models { nodes { displayName } } }"): typeof import('./graphql.ts').NamesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MakeWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) {\n      __typename\n      ... on CreateWatchTokenSuccess { token expiresAt }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n"): typeof import('./graphql.ts').MakeWatchTokenDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EverythingOfJobs($training: ID!, $prediction: ID!) {\n    training(id: $training) { id status strength progress { fraction } model { displayName } }\n    prediction(id: $prediction) { id status prompt images { url } models { modelId scale model { displayName } } }\n    nodes(ids: [$training]) { id }\n  }\n"): typeof import('./graphql.ts').EverythingOfJobsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TicketForBrowser($id: ID!) {\n    createUploadTickets(input: { target: { newInModel: $id } }) {\n      ... on CreateUploadTicketsSuccess { tickets { url } }\n    }\n  }\n"): typeof import('./graphql.ts').TicketForBrowserDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BrowserGallery($id: ID!) {\n    model(id: $id) {\n      dataItems { nodes { image { placeholder original: url small: url(width: 64) jpeg: url(width: 100, format: JPEG) } } }\n    }\n  }\n"): typeof import('./graphql.ts').BrowserGalleryDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ModelNames { models { nodes { displayName } } }"): typeof import('./graphql.ts').ModelNamesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Strength($id: ID!) { model(id: $id) { trainings { nodes { status strength } } } }"): typeof import('./graphql.ts').StrengthDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query NamesAtARate { models { nodes { displayName } } }"): typeof import('./graphql.ts').NamesAtARateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ActiveJobs($first: Int) { activeJobs(first: $first) { isComplete jobs { __typename id status } } }\n"): typeof import('./graphql.ts').ActiveJobsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation TokenForActive($ids: [ID!]!) {\n        createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n      }\n    "): typeof import('./graphql.ts').TokenForActiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictionsWithModels {\n    predictions(first: 20) { nodes { id prompt models { scale model { displayName } } } }\n  }\n"): typeof import('./graphql.ts').PredictionsWithModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelsWithTrainings {\n    models(first: 20) {\n      nodes {\n        displayName\n        triggerWord\n        latestTraining { id }\n        trainings(first: 5) { nodes { id status model { displayName } } }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ModelsWithTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SameModel($id: ID!) {\n    model(id: $id) { displayName }\n    again: model(id: $id) { id displayName }\n    node(id: $id) { ... on Model { displayName } }\n    nodes(ids: [$id, $id]) { ... on Model { displayName } }\n  }\n"): typeof import('./graphql.ts').SameModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    query ListAndRead($id: ID!) {\n      models { nodes { customModelType } }\n      model(id: $id) { displayName }\n      prediction(id: \"\") { id }\n    }\n  "): typeof import('./graphql.ts').ListAndReadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DeleteOutcomeFields on DeleteOutcome {\n    id\n    deletedId\n    error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n  }\n"): typeof import('./graphql.ts').DeleteOutcomeFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteModels($input: DeleteModelsInput!) {\n    deleteModels(input: $input) {\n      __typename\n      ... on DeleteModelsSuccess { outcomes { ...DeleteOutcomeFields } }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').DeleteModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteDataItems($input: DeleteDataItemsInput!) {\n    deleteDataItems(input: $input) { ... on DeleteDataItemsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n"): typeof import('./graphql.ts').DeleteDataItemsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteTrainings($input: DeleteTrainingsInput!) {\n    deleteTrainings(input: $input) { ... on DeleteTrainingsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n"): typeof import('./graphql.ts').DeleteTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeletePredictions($input: DeletePredictionsInput!) {\n    deletePredictions(input: $input) { ... on DeletePredictionsSuccess { outcomes { ...DeleteOutcomeFields } } }\n  }\n"): typeof import('./graphql.ts').DeletePredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DeletedNodes($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"): typeof import('./graphql.ts').DeletedNodesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CachedStatuses($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { status } } }"): typeof import('./graphql.ts').CachedStatusesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TwoModels($a: ID!, $b: ID!) { a: model(id: $a) { displayName } b: model(id: $b) { displayName } }"): typeof import('./graphql.ts').TwoModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CheckedTraining($id: ID!) { training(id: $id) { status checkedAt } }"): typeof import('./graphql.ts').CheckedTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query OnlyCheckedAt($id: ID!) { training(id: $id) { checkedAt } }"): typeof import('./graphql.ts').OnlyCheckedAtDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CheckedTrainings($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { checkedAt status } } } }\n"): typeof import('./graphql.ts').CheckedTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CheckedPrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { checkedAt } } }\n  }\n"): typeof import('./graphql.ts').CheckedPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CheckedEvents($id: ID!) { trainingUpdated(id: $id) { status checkedAt } }\n"): typeof import('./graphql.ts').CheckedEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Models($first: Int, $after: String) {\n    models(first: $first, after: $after) {\n      edges { cursor node { id displayName } }\n      nodes { displayName }\n      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').ModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelPredictions($id: ID!, $first: Int, $after: String) {\n    model(id: $id) {\n      predictions(first: $first, after: $after) {\n        nodes { prompt }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ModelPredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PredictionCursor { predictions { pageInfo { endCursor } } }"): typeof import('./graphql.ts').PredictionCursorDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PredictionsOfAll { models { nodes { displayName predictions(first: 100) { nodes { prompt } pageInfo { hasNextPage } } } } }"): typeof import('./graphql.ts').PredictionsOfAllDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreatePredictions($input: CreatePredictionsInput!) {\n    createPredictions(input: $input) {\n      __typename\n      ... on CreatePredictionsSuccess {\n        outcomes {\n          idempotencyKey\n          prediction { id status prompt }\n          warnings\n          error { __typename message ... on NotFoundError { id } ... on RequestFailedError { code retryable retryAfter } }\n        }\n      }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreatePredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EstimatedProgress($id: ID!) {\n    training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt likelyCompletedBy } }\n  }\n"): typeof import('./graphql.ts').EstimatedProgressDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ListedTrainings($id: ID!) { model(id: $id) { trainings { nodes { status } } } }"): typeof import('./graphql.ts').ListedTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription EstimatedUpdated($id: ID!) { trainingUpdated(id: $id) { status } }"): typeof import('./graphql.ts').EstimatedUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FilteredPredictions($first: Int, $after: String, $status: [JobStatus!], $createdAfter: DateTime) {\n    predictions(first: $first, after: $after, status: $status, createdAfter: $createdAfter) {\n      nodes { id status createdAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').FilteredPredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FilteredModels($first: Int, $after: String, $nameContains: String) {\n    models(first: $first, after: $after, nameContains: $nameContains) {\n      nodes { displayName }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').FilteredModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n        query TwoFilters {\n          failed: predictions(status: [FAILED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n          canceled: predictions(status: [CANCELED]) { nodes { id } pageInfo { hasNextPage endCursor } }\n        }\n      "): typeof import('./graphql.ts').TwoFiltersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FinishedTraining($id: ID!) { training(id: $id) { id status triggerWord finishedAt progress { fraction } } }\n"): typeof import('./graphql.ts').FinishedTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FinishedPrediction($id: ID!) { prediction(id: $id) { id status prompt images { url } } }\n"): typeof import('./graphql.ts').FinishedPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListFinished($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { id status triggerWord mode { __typename } } } } }\n"): typeof import('./graphql.ts').ListFinishedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteFinished($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteFinishedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteFinishedPrediction($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }\n"): typeof import('./graphql.ts').DeleteFinishedPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteModelOfFinished($id: ID!) { deleteModel(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteModelOfFinishedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TokenForFinished($ids: [ID!]!) {\n    createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }\n  }\n"): typeof import('./graphql.ts').TokenForFinishedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription HeldTraining($id: ID!) { trainingUpdated(id: $id) { id status staleSince } }\n"): typeof import('./graphql.ts').HeldTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription HeldTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n"): typeof import('./graphql.ts').HeldTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription HeldJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n"): typeof import('./graphql.ts').HeldJobsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ReadHeld { models { nodes { id } } }"): typeof import('./graphql.ts').ReadHeldDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ReadTooSoon { models { nodes { id } } }"): typeof import('./graphql.ts').ReadTooSoonDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ImageKeys($id: ID!) {\n    model(id: $id) { dataItems { nodes { id image { key url expiresAt } } } }\n  }\n"): typeof import('./graphql.ts').ImageKeysDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictionImageKeys($id: ID!) {\n    prediction(id: $id) { images { key url(format: PNG) expiresAt } }\n  }\n"): typeof import('./graphql.ts').PredictionImageKeysDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplaceKeyed($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n"): typeof import('./graphql.ts').ReplaceKeyedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    query ImagesAcrossAnHour($item: ID!, $prediction: ID!) {\n      node(id: $item) { ... on DataItem { image { url } } }\n      prediction(id: $prediction) { images { expiresAt } }\n    }\n  "): typeof import('./graphql.ts').ImagesAcrossAnHourDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Copies($id: ID!, $width: Int, $format: ImageFormat) {\n    node(id: $id) { ... on DataItem { image { original: url copy: url(width: $width, format: $format) } } }\n  }\n"): typeof import('./graphql.ts').CopiesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FactsAndPlaceholder($id: ID!) {\n    node(id: $id) { ... on DataItem { image { url placeholder contentType byteSize width height } } }\n  }\n"): typeof import('./graphql.ts').FactsAndPlaceholderDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListImages($id: ID!) {\n    model(id: $id) { dataItems(first: 100) { nodes { image { url small: url(width: 200, format: WEBP) } } } }\n  }\n"): typeof import('./graphql.ts').ListImagesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PredictedImages($id: ID!) {\n    prediction(id: $id) { images { url width height placeholder } }\n  }\n"): typeof import('./graphql.ts').PredictedImagesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplaceImage($input: ReplaceDataItemInput!) { replaceDataItem(input: $input) { __typename } }\n"): typeof import('./graphql.ts').ReplaceImageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteImage($input: DeleteDataItemInput!) { deleteDataItem(input: $input) { __typename } }\n"): typeof import('./graphql.ts').DeleteImageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModeOfTraining($id: ID!) {\n    training(id: $id) {\n      mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n    }\n  }\n"): typeof import('./graphql.ts').ModeOfTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SettingsOfPrediction($id: ID!) {\n    prediction(id: $id) {\n      status\n      settings { models { id scale } prompt seed size { width height } imageCount guidanceScale inferenceSteps }\n    }\n  }\n"): typeof import('./graphql.ts').SettingsOfPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllLimits {\n    limits {\n      uploads {\n        maxBytes maxPixels formats contentTypes filesPerRequest requestBytes\n        tickets { min max default }\n      }\n      images { widths }\n      training { strength { min max default } defaultMode }\n      prediction {\n        width { min max default } height { min max default } imageCount { min max default }\n        guidanceScale { min max default } inferenceSteps { min max default }\n      }\n      jobs {\n        waitSeconds { min max default } idempotencyKeyLength { min max default }\n        watched { min max default } watchTokenSeconds { min max default }\n      }\n      lists { first { min max default } activeJobs { min max default } ids scannedPages }\n      operations { cost depth aliases rootFields tokens responseBytes }\n    }\n  }\n"): typeof import('./graphql.ts').AllLimitsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription StatusUpdated($id: ID!) {\n    trainingUpdated(id: $id) { status staleSince progress { fraction isEstimated estimatedCompletionAt } }\n  }\n"): typeof import('./graphql.ts').StatusUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription TrainingsUpdated($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n"): typeof import('./graphql.ts').TrainingsUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartAndWait($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training { id status triggerWord } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n"): typeof import('./graphql.ts').StartAndWaitDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PredictAndWait($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status images { url } } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path } }\n    }\n  }\n"): typeof import('./graphql.ts').PredictAndWaitDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateOnce($input: CreateModelInput!) {\n    createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } }\n  }\n"): typeof import('./graphql.ts').CreateOnceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CancelIt($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').CancelItDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteIt($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteItDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteModelOf($id: ID!) { deleteModel(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteModelOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    query ProgressOf($id: ID!) { training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt } } }\n  "): typeof import('./graphql.ts').ProgressOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query LearnFrom($id: ID!) { model(id: $id) { trainings { nodes { status } } } }"): typeof import('./graphql.ts').LearnFromDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MalformedPrediction($id: ID!) {\n    prediction(id: $id) {\n      status failureReason prompt seed imageCount inferenceSteps guidanceScale createdAt finishedAt\n      progress { fraction isEstimated } models { modelId scale } size { width height } images { url }\n    }\n  }\n"): typeof import('./graphql.ts').MalformedPredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MalformedList { predictions { nodes { id status failureReason prompt } } }"): typeof import('./graphql.ts').MalformedListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription MalformedUpdated($id: ID!) {\n    predictionUpdated(id: $id) { status failureReason images { url } progress { fraction } }\n  }\n"): typeof import('./graphql.ts').MalformedUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription MalformedTrainings($id: ID!) { trainingsUpdated(modelId: $id) { id status triggerWord } }\n"): typeof import('./graphql.ts').MalformedTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MalformedUnselected($id: ID!) { prediction(id: $id) { status prompt } }"): typeof import('./graphql.ts').MalformedUnselectedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query MalformedMerged($id: ID!) { prediction(id: $id) { prompt } predictions { nodes { prompt } } }\n    "): typeof import('./graphql.ts').MalformedMergedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MalformedTrigger($id: ID!) { model(id: $id) { triggerWord } }"): typeof import('./graphql.ts').MalformedTriggerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      mutation MalformedCreate {\n        createModel(input: { displayName: \"Dresses\" }) { ... on CreateModelSuccess { model { id displayName } } }\n      }\n    "): typeof import('./graphql.ts').MalformedCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query NoDisplayNameInList { models { nodes { displayName customModelType } } }"): typeof import('./graphql.ts').NoDisplayNameInListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query NoDisplayName { models { nodes { displayName customModelType } } }"): typeof import('./graphql.ts').NoDisplayNameDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription AwaitImages($id: ID!) { predictionUpdated(id: $id) { status isFinished images { url } } }\n"): typeof import('./graphql.ts').AwaitImagesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateAndAwaitImages($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { status images { url } } } }\n  }\n"): typeof import('./graphql.ts').CreateAndAwaitImagesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenameModel($input: RenameModelInput!) {\n    renameModel(input: $input) {\n      __typename\n      ... on RenameModelSuccess { model { id displayName customModelType } }\n      ... on NotFoundError { id message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').RenameModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteModel($input: DeleteModelInput!) {\n    deleteModel(input: $input) { __typename ... on DeleteModelSuccess { deletedId } ... on NotFoundError { id } }\n  }\n"): typeof import('./graphql.ts').DeleteModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelTraining($input: CancelTrainingInput!) {\n    cancelTraining(input: $input) {\n      __typename\n      ... on CancelTrainingSuccess { training { id status } }\n      ... on Error { message }\n      ... on NotFoundError { id }\n    }\n  }\n"): typeof import('./graphql.ts').CancelTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteTraining($input: DeleteTrainingInput!) {\n    deleteTraining(input: $input) { __typename ... on DeleteTrainingSuccess { deletedId } ... on NotFoundError { id } }\n  }\n"): typeof import('./graphql.ts').DeleteTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeletePrediction($input: DeletePredictionInput!) {\n    deletePrediction(input: $input) { __typename ... on DeletePredictionSuccess { deletedId } ... on NotFoundError { id } }\n  }\n"): typeof import('./graphql.ts').DeletePredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteDataItem($input: DeleteDataItemInput!) {\n    deleteDataItem(input: $input) { __typename ... on DeleteDataItemSuccess { deletedId } ... on NotFoundError { id } }\n  }\n"): typeof import('./graphql.ts').DeleteDataItemDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Exists($id: ID!) { node(id: $id) { __typename id } }"): typeof import('./graphql.ts').ExistsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n      query Lookups($model: ID!, $training: ID!, $prediction: ID!, $any: ID!) {\n        model(id: $model) { id }\n        training(id: $training) { id }\n        prediction(id: $prediction) { id }\n        node(id: $any) { id }\n        nodes(ids: [$any, $any]) { id }\n      }\n    "): typeof import('./graphql.ts').LookupsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n    mutation RenameTwice($id: ID!) {\n      first: renameModel(input: { id: $id, displayName: \"First\" }) { ... on RenameModelSuccess { model { displayName customModelType } } }\n      second: renameModel(input: { id: $id, displayName: \"Second\" }) { ... on RenameModelSuccess { model { displayName } } }\n      deleteModel(input: { id: $id }) { __typename }\n      again: deleteModel(input: { id: $id }) { __typename }\n    }\n  "): typeof import('./graphql.ts').RenameTwiceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TriggerWord($id: ID!) { model(id: $id) { triggerWord } }"): typeof import('./graphql.ts').TriggerWordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateInvisible($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      ... on CreatePredictionSuccess { prediction { id status isFinished createdAt progress { fraction } } }\n    }\n  }\n"): typeof import('./graphql.ts').CreateInvisibleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartInvisible($input: StartTrainingInput!) {\n    startTraining(input: $input) { ... on StartTrainingSuccess { training { id status } } }\n  }\n"): typeof import('./graphql.ts').StartInvisibleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DeleteNew($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteNewDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ReadInvisible($id: ID!) { prediction(id: $id) { status } }"): typeof import('./graphql.ts').ReadInvisibleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription WatchInvisible($id: ID!) { predictionUpdated(id: $id) { status } }\n"): typeof import('./graphql.ts').WatchInvisibleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription FollowInvisible($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n"): typeof import('./graphql.ts').FollowInvisibleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription OddTraining($id: ID!) { trainingUpdated(id: $id) { status staleSince } }\n"): typeof import('./graphql.ts').OddTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription OddTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }\n"): typeof import('./graphql.ts').OddTrainingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription AllPredictions { predictionsUpdated { id status checkedAt staleSince } }\n"): typeof import('./graphql.ts').AllPredictionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription PredictionWithAge($id: ID!) { predictionUpdated(id: $id) { status checkedAt staleSince } }\n"): typeof import('./graphql.ts').PredictionWithAgeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateFollowed($input: CreatePredictionInput!) {\n    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }\n  }\n"): typeof import('./graphql.ts').CreateFollowedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ResumeJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }\n"): typeof import('./graphql.ts').ResumeJobsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription StormOfJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status isFinished staleSince } }\n"): typeof import('./graphql.ts').StormOfJobsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Upload($input: UploadDataItemInput!) {\n    uploadDataItem(input: $input) {\n      __typename\n      ... on UploadDataItemSuccess {\n        dataItem { id createdAt model { displayName } image { url contentType byteSize width height } }\n      }\n      ... on Error { message }\n      ... on UnsupportedImageError { fileName }\n      ... on FileTooLargeError { fileName maxBytes }\n    }\n  }\n"): typeof import('./graphql.ts').UploadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UploadMany($input: UploadDataItemsInput!) {\n    uploadDataItems(input: $input) {\n      __typename\n      ... on UploadDataItemsSuccess {\n        outcomes { fileName dataItem { id } error { __typename message ... on UnsupportedImageError { fileName } } }\n      }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').UploadManyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Replace($input: ReplaceDataItemInput!) {\n    replaceDataItem(input: $input) {\n      __typename\n      ... on ReplaceDataItemSuccess { dataItem { id image { url contentType } } }\n      ... on Error { message }\n    }\n  }\n"): typeof import('./graphql.ts').ReplaceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Images($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }\n"): typeof import('./graphql.ts').ImagesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Facts($id: ID!) { model(id: $id) { dataItems { nodes { image { contentType byteSize width height } again: image { width } } } } }"): typeof import('./graphql.ts').FactsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UpstreamIds($model: ID!, $training: ID!, $prediction: ID!) {\n    model(id: $model) { upstreamId dataItems { nodes { upstreamId } } trainings { nodes { id upstreamId } } }\n    node(id: $training) { ... on Job { upstreamId } }\n    prediction(id: $prediction) { upstreamId }\n  }\n"): typeof import('./graphql.ts').UpstreamIdsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ByUpstreamIds($model: String!, $training: String!, $prediction: String!) {\n    modelByUpstreamId(id: $model) { id displayName }\n    trainingByUpstreamId(modelId: $model, id: $training) { id status }\n    predictionByUpstreamId(id: $prediction) { id status }\n  }\n"): typeof import('./graphql.ts').ByUpstreamIdsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WholeViewer { viewer { credentials permissions isKeyValid problem tenant jobs } }\n"): typeof import('./graphql.ts').WholeViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FreeViewer { viewer { credentials permissions tenant jobs } }"): typeof import('./graphql.ts').FreeViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ViewerWatchToken($input: CreateWatchTokenInput!) {\n    createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } }\n  }\n"): typeof import('./graphql.ts').ViewerWatchTokenDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ViewerAndModels { viewer { isKeyValid problem } models { nodes { id } } }"): typeof import('./graphql.ts').ViewerAndModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription TrainingUpdated($id: ID!) {\n    trainingUpdated(id: $id) { id status isFinished triggerWord progress { fraction isEstimated } model { displayName } }\n  }\n"): typeof import('./graphql.ts').TrainingUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription PredictionUpdated($id: ID!) { predictionUpdated(id: $id) { id status images { url } } }\n"): typeof import('./graphql.ts').PredictionUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription JobsUpdated($ids: [ID!]!) { jobsUpdated(ids: $ids) { __typename id status } }\n"): typeof import('./graphql.ts').JobsUpdatedDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Cancel($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').CancelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Delete($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }"): typeof import('./graphql.ts').DeleteDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Status($id: ID!) { training(id: $id) { status } }"): typeof import('./graphql.ts').StatusDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateModel($input: CreateModelInput!) {\n    createModel(input: $input) {\n      __typename\n      ... on CreateModelSuccess { model { id displayName customModelType } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreateModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartTraining($input: StartTrainingInput!) {\n    startTraining(input: $input) {\n      __typename\n      ... on StartTrainingSuccess { training {\n        id status triggerWord strength\n        mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }\n      } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').StartTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreatePrediction($input: CreatePredictionInput!) {\n    createPrediction(input: $input) {\n      __typename\n      ... on CreatePredictionSuccess { prediction { id status prompt settings { imageCount size { width height } } } warnings }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n    }\n  }\n"): typeof import('./graphql.ts').CreatePredictionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Tickets($input: CreateUploadTicketsInput!) {\n    createUploadTickets(input: $input) {\n      __typename\n      ... on CreateUploadTicketsSuccess { tickets { url expiresAt } }\n      ... on Error { message }\n      ... on InvalidInputError { issues { path message } }\n      ... on NotFoundError { id }\n    }\n  }\n"): typeof import('./graphql.ts').TicketsDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
